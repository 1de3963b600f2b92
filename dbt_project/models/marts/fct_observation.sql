select
    o.snapshot_id,
    o.table_id,
    o.sheet,
    o.cell,
    o.complex_id,
    o.industry_code,
    o.size_class,
    o.sex,
    o.measure,
    o.period,
    o.freq,
    o.value,
    o.unit,
    o.obs_status,
    {{ sdmx_obs_status('o.obs_status', 'b.break_ids') }} as sdmx_obs_status,
    b.break_ids,
    o.conf_status,
    o.relation,
    o.value_raw,
    o.unit_raw,
    o.complex_raw,
    o.industry_raw,
    o.published_at,
    o.loaded_at,
    o.vintage_no,
    o.vintage,
    o.first_published_at,
    o.superseded_at,
    o.begins_vintage,
    o.is_latest,
    o.is_simulated
from {{ ref('int_observations_vintaged') }} as o
left join {{ ref('int_breaks_listed') }} as b
    on b.complex_id = o.complex_id
    and b.is_industry = (o.industry_code <> '_T')
    and b.measure = o.measure
    and b.period = o.period
