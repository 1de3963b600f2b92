-- One row a complex, quarter and edition, from the list of all complexes of every edition.
select
    c.status_complex_id,
    c.period,
    c.snapshot_id,
    max(e.vintage_no) as vintage_no,
    max(e.vintage) as vintage,
    max(e.first_published_at) as first_published_at,
    max(e.superseded_at) as superseded_at,
    bool_or(e.is_latest) as is_latest,
    max(c.sheet) as sheet,
    max(c.name_cell) as name_cell,
    max(c.seq) as seq,
    max(c.complex_type) as complex_type,
    max(c.province_code) as province_code,
    max(c.sigungu_ko) as sigungu_ko,
    max(c.name_ko) as name_ko,
    max(c.name_raw) as name_raw,
    max(c.former_name_ko) as former_name_ko,
    max(c.renewal) as renewal,
    max(c.level) as level,
    max(c.parent_id) as parent_id,
    max(c.whole_id) as whole_id,
    bool_or(c.is_straddling) as is_straddling,
    max(c.development_status) as development_status,
    {{ pivoted(status_columns()) }}
    bool_or(c.is_simulated) as is_simulated
from {{ ref('int_status_cells_harmonised') }} as c
inner join {{ ref('int_status_editions_listed') }} as e
    on e.snapshot_id = c.snapshot_id
    and e.period = c.period
where c.table_id = 'all_complexes' and c.row_kind = 'complex'
group by c.status_complex_id, c.period, c.snapshot_id
