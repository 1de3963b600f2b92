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
