{#- Half a unit of the last digit that is printed in a figure: what a rounded figure may be off by. Up to
    four decimals are looked at; zeros at the end of a whole number count as digits. -#}
{% macro half_digit(value) -%}
    case
        {%- for n in range(4) %}
        when {{ value }} = round({{ value }}, {{ n }}) then {{ 0.5 / 10 ** n }}
        {%- endfor %}
        else 0.00005
    end
{%- endmacro %}

{#- What a figure is in, by its dimension: the canonical unit of dbt_project/seeds/units.csv. -#}
{% macro unit_of_dimension(dimension) -%}
    case {{ dimension }} when 'krw' then '억원' when 'usd' then '백만달러' when 'persons' then '명'
        when 'firms' then '개사' when 'percent' then '%' when 'krw_per_usd' then '원/달러'
        when 'index_2020' then '2020=100' end
{%- endmacro %}
