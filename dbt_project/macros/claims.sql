{#- Months counted from year 0, so that periods of any frequency can be put in order: the first or
    the last month of a period. -#}
{% macro month_count(period, edge='first') -%}
    {{ period_year(period) }} * 12 + case
        when {{ period }} like '____-Q_'
            then cast(substr({{ period }}, 7, 1) as integer) * 3 - {{ 2 if edge == 'first' else 0 }}
        when {{ period }} like '____-__' then cast(substr({{ period }}, 6, 2) as integer)
        else {{ 1 if edge == 'first' else 12 }}
    end
{%- endmacro %}

{#- A number with as many decimals as a column says (0 to 5). Wide: a claim may say any number up to
    10^20, and one that does not fit would stop the build. -#}
{% macro figure_text(column, places) -%}
    case {{ places }}
        {%- for n in range(5) %}
        when {{ n }} then cast(cast({{ column }} as decimal(38, {{ n }})) as string)
        {%- endfor %}
        else cast(cast({{ column }} as decimal(38, 5)) as string)
    end
{%- endmacro %}

{#- How many months a period of a frequency has. -#}
{% macro months_of(freq) -%}
    case {{ freq }} when 'A' then 12 when 'Q' then 3 else 1 end
{%- endmacro %}
