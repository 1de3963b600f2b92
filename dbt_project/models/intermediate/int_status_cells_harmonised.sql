-- Raw units and landed measures → canonical ones, through the seeds, as in
-- int_observations_harmonised. The number of complexes (산업단지수) has no measure of its own: the
-- publication counts them in the unit of firms (개).
select
    s.snapshot_id,
    s.table_id,
    s.table_no,
    s.sheet,
    s.sheet_row,
    s.name_cell,
    s.row_kind,
    s.seq,
    s.status_complex_id,
    s.parent_id,
    s.whole_id,
    s.is_straddling,
    s.level,
    s.name_raw,
    s.name_ko,
    s.former_name_ko,
    s.renewal,
    s.complex_type,
    s.province_code,
    s.sigungu_ko,
    s.development_status,
    s.designated_on,
    s.cancelled_on,
    s.landed_measure,
    case when s.landed_measure = 'complex_count' then 'complex_count' else m.measure end as measure,
    s.sex,
    '_T' as size_class,
    s.period,
    s.unit_raw,
    case when s.landed_measure = 'complex_count' then 1 else u.factor_to_canonical end as unit_factor,
    case
        when s.landed_measure = 'complex_count' then s.landed_value
        else s.landed_value * u.factor_to_canonical
    end as value,
    s.obs_status,
    s.published_at,
    s.loaded_at,
    s.is_simulated
from {{ ref('stg_kicox__complex_status') }} as s
left join {{ ref('measures') }} as m on m.landed_measure = s.landed_measure
left join {{ ref('units') }} as u on u.unit = s.unit_raw and u.dimension = m.dimension
