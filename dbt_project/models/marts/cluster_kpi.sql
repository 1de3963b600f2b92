with computed as (
    {%- for family in [
        ref('int_growth_kpis_computed'),
        ref('int_share_kpis_computed'),
        ref('int_ratio_kpis_computed'),
        ref('int_level_kpis_selected'),
        ref('int_quotient_kpis_computed'),
        ref('int_concentration_kpis_computed'),
    ] %}
    select complex_id, industry_code, size_class, period, kpi, value, obs_status, reason, reason_ko,
        exchange_rate_krw_per_usd, is_simulated
    from {{ family }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    c.complex_id,
    c.industry_code,
    c.size_class,
    c.period,
    c.kpi,
    c.value,
    u.name_en as unit,
    c.obs_status,
    {{ sdmx_obs_status('c.obs_status', 'b.break_ids') }} as sdmx_obs_status,
    b.break_ids,
    c.reason,
    c.reason_ko,
    c.exchange_rate_krw_per_usd,
    c.is_simulated
from computed as c
left join {{ ref('int_kpi_breaks_listed') }} as b
    on b.complex_id = c.complex_id
    and b.kpi = c.kpi
    and b.period = c.period
left join {{ ref('kpis') }} as k on k.kpi = c.kpi
left join {{ ref('canonical_units') }} as u on u.unit_code = k.unit_code
