-- Raw units and landed measures → canonical ones, through the seeds. A unit that the seed does not
-- know, or knows for another dimension than the measure's, leaves unit_factor NULL: the test
-- `landed_units_known` stops the build there. Nothing is guessed.
select
    o.dataset,
    o.snapshot_id,
    o.is_csv_edition,
    o.table_id,
    o.table_no,
    o.sheet,
    o.cell,
    o.complex_raw,
    o.complex_id,
    o.industry_raw,
    o.industry_code,
    o.size_class,
    o.sex,
    o.landed_measure,
    m.measure,
    m.kind,
    o.relation,
    o.freq,
    o.period,
    o.publication_period,
    o.unit_raw,
    u.factor_to_canonical as unit_factor,
    m.unit_code as unit,
    o.landed_value * u.factor_to_canonical as value,
    o.value_raw,
    o.obs_status,
    o.conf_status,
    o.published_at,
    o.loaded_at,
    o.is_simulated
from {{ ref('stg_kicox__industrial_trend') }} as o
left join {{ ref('measures') }} as m on m.landed_measure = o.landed_measure
left join {{ ref('units') }} as u on u.unit = o.unit_raw and u.dimension = m.dimension
