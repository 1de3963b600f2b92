{#- Observations of quarters and months → one row a key and quarter: the SQL of
    int_observations_quarterised and of the table macros `…_as_of`. It continues a WITH clause.
    `latest`: a relation with one row a key and period, and `kind` of its measure; `measures`: the
    measures with their unit codes. -#}
{% macro quarterised(measures, latest='latest') -%}
{%- set key = 'complex_id, industry_code, size_class, sex, measure' %}
stated as (
    select
        complex_id, industry_code, size_class, sex, measure, period, unit, value, obs_status,
        'stated' as derivation, 3 as months_covered, is_simulated
    from {{ latest }}
    where freq = 'Q'
),

months as (
    select
        *,
        {{ quarter_of_month('period') }} as quarter,
        (cast(substr(period, 6, 2) as integer) + 2) % 3 + 1 as month_of_quarter,
        relation = 'ytd' or measure like '%\_ytd\_%' escape '\' as is_cumulative
    from {{ latest }}
    where freq = 'M' and kind in ('flow', 'stock')
),

-- one row a key and quarter, its three months side by side: the sum is taken in a fixed order, so
-- that a rebuild gives the same last digit
side_by_side as (
    select
        {{ key }},
        quarter as period,
        max(unit) as unit,
        max(case when is_cumulative then 'stock' else kind end) as kind,
        {%- for n in [1, 2, 3] %}
        max(case when month_of_quarter = {{ n }} then value end) as value_{{ n }},
        max(case when month_of_quarter = {{ n }} then obs_status end) as status_{{ n }},
        {%- endfor %}
        count(*) as months_covered,
        bool_or(is_simulated) as is_simulated
    from months
    group by {{ key }}, quarter
),

from_months as (
    select
        {{ key }},
        period,
        unit,
        case
            when kind = 'stock' and status_3 = 'A' then value_3
            when kind = 'flow' and status_1 = 'A' and status_2 = 'A' and status_3 = 'A'
                then value_1 + value_2 + value_3
        end as value,
        case
            when kind = 'stock' then coalesce(status_3, 'O')
            when status_1 = 'Q' or status_2 = 'Q' or status_3 = 'Q' then 'Q'
            when status_1 is null or status_2 is null or status_3 is null then 'O'
            when status_1 = 'O' or status_2 = 'O' or status_3 = 'O' then 'O'
            when status_1 = 'A' and status_2 = 'A' and status_3 = 'A' then 'A'
            else 'M'
        end as obs_status,
        case when kind = 'stock' then 'last month' else 'sum of months' end as derivation,
        cast(months_covered as integer) as months_covered,
        is_simulated
    from side_by_side
),

rates_from_months as (
    select
        output.complex_id,
        output.industry_code,
        output.size_class,
        output.sex,
        'utilization_pct' as measure,
        output.period,
        rate.unit_code as unit,
        case
            when output.obs_status = 'A' and capacity.obs_status = 'A' and capacity.value <> 0
                then output.value / capacity.value * 100
        end as value,
        case
            when output.obs_status = 'Q' or capacity.obs_status = 'Q' then 'Q'
            when output.obs_status = 'O' or capacity.obs_status = 'O' then 'O'
            when output.obs_status <> 'A' or capacity.obs_status <> 'A' or capacity.value = 0 then 'M'
            else 'A'
        end as obs_status,
        'ratio of sums' as derivation,
        output.months_covered,
        output.is_simulated or capacity.is_simulated as is_simulated
    from from_months as output
    inner join {{ measures }} as rate on rate.measure = 'utilization_pct'
    inner join from_months as capacity
        on capacity.complex_id = output.complex_id
        and capacity.industry_code = output.industry_code
        and capacity.size_class = output.size_class
        and capacity.sex = output.sex
        and capacity.period = output.period
        and capacity.measure = 'capacity_krw_100m'
    where output.measure = 'output_krw_100m'
),

derived as (
    select * from from_months
    union all
    select * from rates_from_months
)

select * from stated
union all
select derived.*
from derived
left join stated
    on stated.complex_id = derived.complex_id
    and stated.industry_code = derived.industry_code
    and stated.size_class = derived.size_class
    and stated.sex = derived.sex
    and stated.measure = derived.measure
    and stated.period = derived.period
where stated.measure is null
{%- endmacro %}
