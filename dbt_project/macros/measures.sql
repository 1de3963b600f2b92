{#- The columns of a quarter: measure, sex, the words a reason uses. One list, read by every model
    that turns observations into columns or columns into reasons. -#}
{% macro quarter_columns() -%}
    {{ return([
        {'name': 'tenant_count', 'measure': 'tenant_count'},
        {'name': 'operating_count', 'measure': 'operating_count'},
        {'name': 'lessee_count', 'measure': 'lessee_count'},
        {'name': 'manufacturing_operating_count', 'measure': 'manufacturing_operating_count'},
        {'name': 'production_krw_100m', 'measure': 'production_krw_100m'},
        {'name': 'exports_usd_m', 'measure': 'exports_usd_m'},
        {'name': 'employment_count', 'measure': 'employment_count'},
        {'name': 'employment_men_count', 'measure': 'employment_count', 'sex': 'M'},
        {'name': 'employment_women_count', 'measure': 'employment_count', 'sex': 'F'},
        {'name': 'capacity_krw_100m', 'measure': 'capacity_krw_100m'},
        {'name': 'utilization_pct', 'measure': 'utilization_pct'},
    ]) }}
{%- endmacro %}

{#- The measures that growth is computed of, for `measure in (…)`. -#}
{% macro growth_measures() -%}
    'production_krw_100m', 'exports_usd_m', 'employment_count', 'tenant_count', 'operating_count'
{%- endmacro %}

{% macro size_columns() -%}
    {{ return([
        {'name': 'utilization_lt50_pct', 'measure': 'utilization_pct', 'size_class': 'LT50'},
        {'name': 'utilization_50_299_pct', 'measure': 'utilization_pct', 'size_class': '50_299'},
        {'name': 'utilization_ge300_pct', 'measure': 'utilization_pct', 'size_class': 'GE300'},
    ]) }}
{%- endmacro %}

{% macro industry_columns() -%}
    {{ return([
        {'name': 'tenant_count', 'measure': 'tenant_count'},
        {'name': 'operating_count', 'measure': 'operating_count'},
        {'name': 'production_krw_100m', 'measure': 'production_krw_100m'},
        {'name': 'exports_usd_m', 'measure': 'exports_usd_m'},
        {'name': 'employment_count', 'measure': 'employment_count'},
        {'name': 'utilization_pct', 'measure': 'utilization_pct'},
    ]) }}
{%- endmacro %}

{#- Long to wide: a value and a status a column. No row for a cell leaves both NULL: that is how
    "never stated" stays apart from "stated as missing" until a mart says 'O' for either. -#}
{% macro pivoted(columns) -%}
    {%- for column in columns %}
    {%- set cell -%}
        measure = '{{ column.measure }}' and sex = '{{ column.get('sex', '_T') }}'
        and size_class = '{{ column.get('size_class', '_T') }}'
    {%- endset %}
    max(case when {{ cell }} then value end) as {{ column.name }},
    max(case when {{ cell }} then obs_status end) as {{ column.name }}_status,
    {%- endfor %}
{%- endmacro %}

{#- The same columns for a mart: NULL statuses become 'O', missing. -#}
{% macro published_columns(columns) -%}
    {%- for column in columns %}
    {{ column.name }},
    coalesce({{ column.name }}_status, 'O') as {{ column.name }}_status,
    {%- endfor %}
{%- endmacro %}

{#- The columns of the status of all complexes; `cumulative`: a sum since January. -#}
{% macro status_columns() -%}
    {{ return([
        {'name': 'designated_area_k_m2', 'measure': 'designated_area_k_m2'},
        {'name': 'managed_area_k_m2', 'measure': 'managed_area_k_m2'},
        {'name': 'industrial_area_k_m2', 'measure': 'industrial_area_k_m2'},
        {'name': 'for_sale_k_m2', 'measure': 'for_sale_k_m2'},
        {'name': 'sold_k_m2', 'measure': 'sold_k_m2'},
        {'name': 'unsold_k_m2', 'measure': 'unsold_k_m2'},
        {'name': 'sold_pct', 'measure': 'sold_pct'},
        {'name': 'tenant_count', 'measure': 'tenant_count'},
        {'name': 'operating_count', 'measure': 'operating_count'},
        {'name': 'employment_count', 'measure': 'employment_count'},
        {'name': 'production_ytd_krw_100m', 'measure': 'production_ytd_krw_100m', 'cumulative': true},
        {'name': 'exports_ytd_usd_m', 'measure': 'exports_ytd_usd_m', 'cumulative': true},
    ]) }}
{%- endmacro %}

{#- Production and exports of a quarter from the sums since January: `quarter` and `before` are the rows of
    the quarter and of the one before it. -#}
{% macro status_flows(quarter, before) -%}
    {%- for flow, ytd in [
        ('production_krw_100m', 'production_ytd_krw_100m'), ('exports_usd_m', 'exports_ytd_usd_m')
    ] %}
    case
        when {{ quarter }}.{{ ytd }}_status <> 'A' then null
        when {{ quarter }}.period like '____-Q1' then {{ quarter }}.{{ ytd }}
        when {{ before }}.{{ ytd }}_status = 'A' then {{ quarter }}.{{ ytd }} - {{ before }}.{{ ytd }}
    end as {{ flow }},
    case
        when {{ quarter }}.{{ ytd }}_status is null then 'O'
        when {{ quarter }}.{{ ytd }}_status <> 'A' or {{ quarter }}.period like '____-Q1' then {{ quarter }}.{{ ytd }}_status
        else coalesce({{ before }}.{{ ytd }}_status, 'O')
    end as {{ flow }}_status{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro status_total_columns() -%}
    {{ return([{'name': 'complex_count', 'measure': 'complex_count'}]
        + status_columns()[:9]) }}
{%- endmacro %}
