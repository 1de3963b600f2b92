with computed as (
    {%- for family in ['growth_kpis_computed', 'share_kpis_computed', 'ratio_kpis_computed',
        'level_kpis_selected', 'quotient_kpis_computed', 'concentration_kpis_computed'] %}
    select complex_id, industry_code, size_class, period, kpi, value, obs_status, reason, reason_ko,
        exchange_rate_krw_per_usd, is_simulated
    from {{ ref('int_' ~ family) }}
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
    k.unit_en as unit,
    c.obs_status,
    c.reason,
    c.reason_ko,
    c.exchange_rate_krw_per_usd,
    c.is_simulated
from computed as c
left join {{ ref('kpis') }} as k on k.kpi = c.kpi
