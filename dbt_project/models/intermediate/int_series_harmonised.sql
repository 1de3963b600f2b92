-- National series in canonical units. The dimension of a known series chooses the unit (원 is won,
-- and won per dollar as ECOS names the unit of its rates); of another series the unit says it all.
select
    n.dataset,
    n.snapshot_id,
    n.sha256,
    n.sheet,
    n.cell,
    n.series,
    n.area,
    n.period,
    {{ period_freq('n.period') }} as freq,
    n.item_code,
    n.item_raw,
    n.unit_raw,
    n.value_raw,
    n.landed_value,
    n.landed_value * u.factor_to_canonical as value,
    u.factor_to_canonical as unit_factor,
    u.dimension,
    n.obs_status,
    n.stated_on,
    n.is_change_dated,
    n.scope_ko,
    n.scope_en,
    n.source,
    n.loaded_at,
    n.is_simulated
from {{ ref('stg_national__series') }} as n
left join {{ ref('series') }} as s on s.series = n.series
left join {{ ref('units') }} as u
    on u.unit = case
        when s.dimension = 'krw_per_usd' and n.unit_raw = '원' then '원/달러' else n.unit_raw
    end
    and u.dimension = coalesce(s.dimension, u.dimension)
