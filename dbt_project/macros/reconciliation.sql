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

{#- Whether two figures have the same digits with the point elsewhere: within a thousandth of a power of
    ten that is not the first. -#}
{% macro is_power_of_ten(one, other) -%}
    ({{ one }} > 0 and {{ other }} > 0
        and abs(log10({{ one }} / {{ other }})) > 0.9
        and abs(log10({{ one }} / {{ other }}) - round(log10({{ one }} / {{ other }}))) < 0.0005)
{%- endmacro %}
