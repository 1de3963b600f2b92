with placed as (
    select
        *,
        -- Firms are in every whole edition and never suppressed: without them a quarter has months
        -- still to come, or is known from some CSV edition only.
        row_number() over (
            partition by complex_id
            order by case when tenant_count_status = 'A' then 0 else 1 end, period desc
        ) as place
    from {{ ref('complex_quarterly') }}
),

growth as (
    select
        complex_id,
        period,
        {%- for kpi in ['production_growth_qoq_pct', 'production_growth_yoy_pct'] %}
        max(case when kpi = '{{ kpi }}' then value end) as {{ kpi }},
        max(case when kpi = '{{ kpi }}' then obs_status end) as {{ kpi }}_status{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('cluster_kpi') }}
    where kpi in ('production_growth_qoq_pct', 'production_growth_yoy_pct')
    group by complex_id, period
)

select
    p.complex_id,
    p.period,
    c.name_ko,
    c.name_en,
    c.complex_type,
    c.province_code,
    c.province_ko,
    c.province_en,
    c.sigungu_ko,
    c.sigungu_en,
    c.longitude,
    c.latitude,
    c.is_current,
    {%- for column in quarter_columns() %}
    p.{{ column.name }},
    p.{{ column.name }}_status,
    {%- endfor %}
    g.production_growth_qoq_pct,
    coalesce(g.production_growth_qoq_pct_status, 'O') as production_growth_qoq_pct_status,
    g.production_growth_yoy_pct,
    coalesce(g.production_growth_yoy_pct_status, 'O') as production_growth_yoy_pct_status,
    p.is_simulated
from placed as p
left join {{ ref('dim_complex') }} as c on c.complex_id = p.complex_id
left join growth as g on g.complex_id = p.complex_id and g.period = p.period
where p.place = 1
