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

{#- Of the four quarters of a year: what the fourth says. -#}
{% macro of_last_quarter(column) -%}
    max(case when period like '%-Q4' then {{ column }} end)
{%- endmacro %}

{#- Why a figure about one complex is not there, by its status. pipeline/claim_figures.py says the same. -#}
{% macro complex_reason(language) -%}
    case
        when obs_status = 'Q' then '{{ "withheld: the publisher suppresses the figure, or one that it is computed from (X)" if language == "en" else "비공개: 공표 기관이 그 값이나 계산에 쓰이는 값을 가림(X)" }}'
        when why_{{ language }} is not null then why_{{ language }}
        when obs_status = 'M' then '{{ "cannot exist (zero base, or nothing to compare with)" if language == "en" else "있을 수 없는 값(기준값이 0이거나 견줄 값이 없음)" }}'
        else '{{ "the publication states no figure, or none to compare it with" if language == "en" else "공표된 값이나 견줄 값이 없음" }}'
    end
{%- endmacro %}

{#- Branches of a case, over a claim `c`: the period begins before the complex was part of
    the statistic, or ends after it was. -#}
{% macro outside_the_statistic(language) -%}
            when {{ month_count('c.stated_period', 'first') }} < {{ month_count('c.complex_from', 'first') }}
                then {% if language == 'en' -%}
                    'the complex is part of the statistic since ' || c.complex_from || ', and the period begins before'
                {%- else -%}
                    '단지는 ' || c.complex_from || '부터 통계에 실림. 기간이 그 전에 시작함'
                {%- endif %}
            when {{ month_count('c.stated_period', 'last') }} > {{ month_count('c.complex_until', 'last') }}
                then {% if language == 'en' -%}
                    'the complex is no part of the statistic after ' || c.complex_until || ', and the period ends later'
                {%- else -%}
                    '단지는 ' || c.complex_until || ' 뒤로 통계에 실리지 않음. 기간이 그 뒤에 끝남'
                {%- endif %}
{%- endmacro %}

{#- What a definition is called, of a row joined to dim_share_definition (d) and to dim_code (k) by the part
    before `__`; behind it stands which print, or which of several sources. The code where it has no name. -#}
{% macro definition_name(code, language) -%}
    {#- nothing or none behind it, as the warehouse has it -#}
    {%- set which = "coalesce(" ~ dbt.split_part(code, "'__'", 2) ~ ", '')" -%}
    {%- set first = "(첫 공표)" if language == "ko" else " (first print)" -%}
    {%- set source = "(출처 " if language == "ko" else " (source " -%}
    coalesce(
        coalesce(d.name_{{ language }}, k.name_{{ language }}) || case {{ which }}
            when '' then '' when 'first_print' then '{{ first }}' else '{{ source }}' || {{ which }} || ')' end,
        {{ code }}
    )
{%- endmacro %}
