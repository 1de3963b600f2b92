-- Every edition's statement on every complex: what complex_status_quarterly held, and when.
select
    q.status_complex_id,
    q.period,
    q.vintage_no,
    q.vintage,
    q.first_published_at,
    q.is_latest,
    q.superseded_at,
    l.complex_id,
    q.complex_type,
    q.province_code,
    q.sigungu_ko,
    q.name_ko,
    q.name_raw,
    q.former_name_ko,
    q.renewal,
    q.level,
    q.level = 0 as is_top_level,
    q.parent_id,
    q.whole_id,
    q.is_straddling,
    q.seq,
    q.development_status,
    {%- for column in status_columns() %}
    q.{{ column.name }},
    coalesce(q.{{ column.name }}_status, 'O') as {{ column.name }}_status,
    {%- endfor %}
    q.snapshot_id,
    q.sheet,
    q.name_cell,
    q.is_simulated
from {{ ref('int_status_editions_pivoted') }} as q
left join {{ ref('status_complexes') }} as l on l.status_complex_id = q.status_complex_id
