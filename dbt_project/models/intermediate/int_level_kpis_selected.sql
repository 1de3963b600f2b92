-- Measures that are indicators as they stand; the operating rate by size carries its size class.
{%- set levels = [
    ('tenant_count', '_T'),
    ('operating_count', '_T'),
    ('utilization_pct', '_T'),
    ('utilization_lt50_pct', 'LT50'),
    ('utilization_50_299_pct', '50_299'),
    ('utilization_ge300_pct', 'GE300'),
] %}
{%- for column, size_class in levels %}
select
    complex_id,
    '_T' as industry_code,
    '{{ size_class }}' as size_class,
    period,
    '{{ column }}' as kpi,
    {{ kpi_columns(column, [kpi_input(column, column)]) }}
    cast(null as double) as exchange_rate_krw_per_usd,
    is_simulated
from {{ ref('int_complex_quarters_compared') }}
{{ 'union all' if not loop.last }}
{%- endfor %}
