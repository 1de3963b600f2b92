-- location quotient = (industry in the complex / complex) / (industry in all / all complexes)
{%- for name in ['employment', 'production'] %}
select
    complex_id,
    industry_code,
    '_T' as size_class,
    period,
    'location_quotient_{{ name }}' as kpi,
    {{ kpi_columns(
        '(' ~ name ~ ' / complex_' ~ name ~ ') / (industry_' ~ name ~ ' / total_' ~ name ~ ')',
        [kpi_input(name ~ '_by_industry', name),
         kpi_input('production_krw_100m' if name == 'production' else 'employment_count',
                   'complex_' ~ name, base=true),
         kpi_input('total_' ~ name ~ '_by_industry', 'industry_' ~ name, base=true),
         kpi_input('total_' ~ name, 'total_' ~ name, base=true)]
    ) }}
    cast(null as double) as exchange_rate_krw_per_usd,
    is_simulated or total_is_simulated as is_simulated
from {{ ref('int_industry_quarters_compared') }}
-- production covers manufacturers only
where complex_id <> '_T' {{ 'and is_manufacturing' if name == 'production' }}
{{ 'union all' if not loop.last }}
{%- endfor %}
