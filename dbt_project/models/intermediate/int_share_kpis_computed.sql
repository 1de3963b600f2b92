-- share in percent of the publisher's own total 계, which includes the suppressed complexes; never
-- of a sum over the rows that can be seen
{%- set measures = [
    ('production', 'production_krw_100m'),
    ('exports', 'exports_usd_m'),
    ('employment', 'employment_count'),
] %}
{%- for name, column in measures %}
select
    complex_id,
    '_T' as industry_code,
    '_T' as size_class,
    period,
    '{{ name }}_share_pct' as kpi,
    {{ kpi_columns(
        column ~ ' / total_' ~ name ~ ' * 100',
        [kpi_input(column, column), kpi_input('total_' ~ name, 'total_' ~ name, base=true)]
    ) }}
    cast(null as double) as exchange_rate_krw_per_usd,
    is_simulated or total_is_simulated as is_simulated
from {{ ref('int_complex_quarters_compared') }}
where complex_id <> '_T'
{{ 'union all' if not loop.last }}
{%- endfor %}
