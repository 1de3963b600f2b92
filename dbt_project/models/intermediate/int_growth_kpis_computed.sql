-- growth in percent = (this quarter − base quarter) / base quarter × 100
{%- set measures = [
    ('production', 'production_krw_100m'),
    ('exports', 'exports_usd_m'),
    ('employment', 'employment_count'),
] %}
{%- for name, column in measures %}
{%- for kpi, base in [('qoq', 'previous'), ('yoy', 'year_ago')] %}
{%- set base_column = base ~ '_' ~ name %}
select
    complex_id,
    '_T' as industry_code,
    '_T' as size_class,
    period,
    '{{ name }}_growth_{{ kpi }}_pct' as kpi,
    {{ kpi_columns(
        '(' ~ column ~ ' - ' ~ base_column ~ ') / ' ~ base_column ~ ' * 100',
        [kpi_input(column, column),
         {'label': column, 'value': base_column, 'status': base_column ~ '_status',
          'period': base ~ '_period', 'base': true}]
    ) }}
    cast(null as double) as exchange_rate_krw_per_usd,
    is_simulated or {{ base }}_is_simulated as is_simulated
from {{ ref('int_complex_quarters_compared') }}
{{ 'union all' if not (loop.last and name == 'employment') }}
{%- endfor %}
{%- endfor %}
