-- Over the industries of one complex and quarter:
--   Herfindahl-Hirschman index = sum of (share in percent)², 0-10000;
--   Krugman's index of specialisation = sum of |share − share in all complexes|, 0-2.
-- An industry that is absent (status M) adds nothing; one suppressed or missing industry leaves no
-- number, since a sum over the others would be read as the whole. Shares are of the industries' own sum:
-- a complex's total may have been revised since its industries were printed, and shares of that would
-- not add up to one. Sums are of decimals: exact, so the order in which rows are read does not show.
with added as (
    select
        *,
        {%- for name, column, within in [
            ('production', 'production', 'is_manufacturing'),
            ('employment', 'employment', 'true'),
            ('total_employment', 'industry_employment', 'true'),
        ] %}
        cast(coalesce(
            sum(case when {{ within }} then cast({{ column }} as decimal(38, 9)) end)
                over (partition by complex_id, period), 0
        ) as double) as base_{{ name }},
        {%- endfor %}
    from {{ ref('int_industry_quarters_compared') }}
),

sums as (
    select
        complex_id,
        period,
        {%- for name in ['production', 'employment'] %}
        {%- set within = 'is_manufacturing' if name == 'production' else 'true' %}
        max(base_{{ name }}) as base_{{ name }},
        max(complex_{{ name }}_status) as base_{{ name }}_status,
        case
            when bool_or({{ name }}_status = 'Q') filter (where {{ within }}) then 'Q'
            when bool_or({{ name }}_status is null) filter (where {{ within }}) then null
            when bool_or({{ name }}_status = 'O') filter (where {{ within }}) then 'O'
            else 'A'
        end as {{ name }}_by_industry_status,
        case
            when bool_or(industry_{{ name }}_status = 'Q') filter (where {{ within }}) then 'Q'
            when bool_or(industry_{{ name }}_status is null) filter (where {{ within }}) then null
            when bool_or(industry_{{ name }}_status = 'O') filter (where {{ within }}) then 'O'
            else 'A'
        end as industry_{{ name }}_status,
        sum(case
            when {{ within }} and {{ name }}_status = 'A' and base_{{ name }} <> 0
                then cast(power({{ name }} / base_{{ name }} * 100, 2) as decimal(38, 12))
        end) as hhi_{{ name }},
        {%- endfor %}
        max(base_total_employment) as base_total_employment,
        max(total_employment_status) as base_total_employment_status,
        sum(case
            when base_employment <> 0 and base_total_employment <> 0
                then cast(abs(
                    coalesce(employment, 0) / base_employment
                    - coalesce(industry_employment, 0) / base_total_employment
                ) as decimal(38, 15))
        end) as krugman,
        bool_or(is_simulated) as is_simulated,
        bool_or(total_is_simulated) as total_is_simulated
    from added
    group by complex_id, period
)

{%- for name in ['production', 'employment'] %}
select
    complex_id,
    '_T' as industry_code,
    '_T' as size_class,
    period,
    'hhi_{{ name }}' as kpi,
    {{ kpi_columns(
        'cast(coalesce(hhi_' ~ name ~ ', 0) as double)',
        [kpi_input('production_krw_100m' if name == 'production' else 'employment_count',
                   'base_' ~ name, base=true),
         kpi_input(name ~ '_by_industry', name ~ '_by_industry')]
    ) }}
    cast(null as double) as exchange_rate_krw_per_usd,
    is_simulated
from sums
union all
{%- endfor %}
select
    complex_id,
    '_T' as industry_code,
    '_T' as size_class,
    period,
    'krugman_specialisation' as kpi,
    {{ kpi_columns(
        'cast(krugman as double)',
        [kpi_input('employment_count', 'base_employment', base=true),
         kpi_input('employment_by_industry', 'employment_by_industry'),
         kpi_input('total_employment', 'base_total_employment', base=true),
         kpi_input('total_employment_by_industry', 'industry_employment')]
    ) }}
    cast(null as double) as exchange_rate_krw_per_usd,
    is_simulated or total_is_simulated as is_simulated
from sums
where complex_id <> '_T'
