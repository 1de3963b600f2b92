-- Reference period × age: the value of a period as it stood on the day of its first print and so many
-- days later. A column stays null until that many days have passed in what was published.
-- A period whose own edition is not held is left out: its first print is not known.
{%- set horizons = [90, 180, 365, 730] %}
with vintages as (
    select complex_id, measure, freq, period, unit, vintage_no, vintage, superseded_at,
        first_published_at, value, obs_status, is_latest, is_simulated,
        case when vintage_no = 1 and publication_period = period then 1 else 0 end as is_first_print
    from {{ ref('int_observations_vintaged') }}
    where begins_vintage and industry_code = '_T' and size_class = '_T' and sex = '_T'
        and measure in ('production_krw_100m', 'exports_usd_m', 'employment_count', 'tenant_count',
            'operating_count', 'capacity_krw_100m', 'utilization_pct')
),

newest as (
    select max(published_at) as today from {{ ref('int_observations_vintaged') }}
)

select
    v.complex_id,
    v.measure,
    v.freq,
    v.period,
    max(v.unit) as unit,
    max(v.first_published_at) as first_published_at,
    cast(count(*) as integer) as vintage_count,
    max(case when v.vintage_no = 1 then v.value end) as first_value,
    {%- for days in horizons %}
    {%- set day = dbt.dateadd('day', days, 'v.first_published_at') %}
    max(case
        when {{ day }} <= n.today and v.vintage <= {{ day }}
            and (v.superseded_at is null or v.superseded_at > {{ day }})
        then v.value
    end) as value_{{ days }}d,
    {%- endfor %}
    max(case when v.is_latest then v.value end) as latest_value,
    max(case when v.is_latest then v.obs_status end) as latest_value_status,
    max(case when v.is_latest then v.value end) - max(case when v.vintage_no = 1 then v.value end) as revision,
    case when max(case when v.vintage_no = 1 then v.value end) <> 0
        then (max(case when v.is_latest then v.value end) / max(case when v.vintage_no = 1 then v.value end) - 1)
            * 100
    end as revision_pct,
    bool_or(v.is_simulated) as is_simulated
from vintages as v
cross join newest as n
group by v.complex_id, v.measure, v.freq, v.period
having max(v.is_first_print) = 1
