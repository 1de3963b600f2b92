{#- Words for reasons, in both languages. -#}
{% macro input_label(name, language) -%}
    {%- set labels = {
        'tenant_count': ['tenants', '입주업체'],
        'operating_count': ['operating firms', '가동업체'],
        'production_krw_100m': ['production', '생산'],
        'exports_usd_m': ['exports', '수출'],
        'employment_count': ['employment', '고용'],
        'employment_women_count': ["women's employment", '여성 고용'],
        'nonmfg_employment': ['non-manufacturing employment', '비제조 고용'],
        'utilization_pct': ['operating rate', '가동률'],
        'utilization_lt50_pct': ['operating rate, under 50 persons', '가동률(50인 미만)'],
        'utilization_50_299_pct': ['operating rate, 50-299 persons', '가동률(50-299인)'],
        'utilization_ge300_pct': ['operating rate, 300 persons and more', '가동률(300인 이상)'],
        'production_by_industry': ['production by industry', '업종별 생산'],
        'employment_by_industry': ['employment by industry', '업종별 고용'],
        'total_production': ['production of all complexes', '전체 단지 생산'],
        'total_exports': ['exports of all complexes', '전체 단지 수출'],
        'total_employment': ['employment of all complexes', '전체 단지 고용'],
        'total_production_by_industry': ['production of all complexes by industry', '전체 단지 업종별 생산'],
        'total_employment_by_industry': ['employment of all complexes by industry', '전체 단지 업종별 고용'],
    } -%}
    {{ return(labels[name][0 if language == 'en' else 1] | replace("'", "''")) }}
{%- endmacro %}

{#- What an input is: its label, where its value and status stand, the period it is about. -#}
{% macro kpi_input(label, column, period='period', base=false) -%}
    {{ return({'label': label, 'value': column, 'status': column ~ '_status', 'period': period,
               'base': base}) }}
{%- endmacro %}

{#- value, obs_status, reason, reason_ko of a figure that is computed from inputs.
    A number comes out only where every input is a number (status A) and no base is zero; else the
    first thing that stands in the way is named: suppressed before missing before impossible.
    A status of NULL: no observation. `base: true`: the input is divided by.
    `more`: further obstacles, [condition, status, english, korean], asked last. -#}
{% macro kpi_columns(formula, inputs, more=[]) -%}
    {%- set usable = [] -%}
    {%- for i in inputs -%}
        {%- do usable.append(i.status ~ " = 'A'") -%}
        {%- if i.base -%}{%- do usable.append(i.value ~ ' <> 0') -%}{%- endif -%}
    {%- endfor -%}
    {%- for m in more -%}{%- do usable.append('not (' ~ m[0] ~ ')') -%}{%- endfor -%}
    case when {{ usable | join(' and ') }} then {{ formula }} end as value,
    case
        {%- for i in inputs %}
        when {{ i.status }} = 'Q' then 'Q'
        {%- endfor %}
        {%- for i in inputs %}
        when {{ i.status }} is null or {{ i.status }} = 'O' then 'O'
        {%- endfor %}
        {%- for i in inputs %}
        when {{ i.status }} <> 'A' then 'M'
        {%- if i.base %}
        when {{ i.value }} = 0 then 'M'
        {%- endif %}
        {%- endfor %}
        {%- for m in more %}
        when {{ m[0] }} then '{{ m[1] }}'
        {%- endfor %}
        else 'A'
    end as obs_status,
    {%- for language in ['en', 'ko'] %}
    case
        {%- for i in inputs %}
        when {{ i.status }} = 'Q' then {{ reason_text('suppressed', i, language) }}
        {%- endfor %}
        {%- for i in inputs %}
        when {{ i.status }} is null then {{ reason_text('unobserved', i, language) }}
        when {{ i.status }} = 'O' then {{ reason_text('missing', i, language) }}
        {%- endfor %}
        {%- for i in inputs %}
        when {{ i.status }} <> 'A' then {{ reason_text('impossible', i, language) }}
        {%- if i.base %}
        when {{ i.value }} = 0 then {{ reason_text('zero', i, language) }}
        {%- endif %}
        {%- endfor %}
        {%- for m in more %}
        when {{ m[0] }} then {{ m[2] if language == 'en' else m[3] }}
        {%- endfor %}
    end as {{ 'reason' if language == 'en' else 'reason_ko' }},
    {%- endfor %}
{%- endmacro %}

{% macro reason_text(kind, i, language) -%}
    {%- set label = input_label(i.label, language) -%}
    {%- if language == 'en' -%}
        {%- if kind == 'suppressed' -%} 'input suppressed by the publisher: {{ label }} ' || {{ i.period }}
        {%- elif kind == 'unobserved' -%} 'no observation for ' || {{ i.period }} || ': {{ label }}'
        {%- elif kind == 'missing' -%} 'input missing: {{ label }} ' || {{ i.period }}
        {%- elif kind == 'impossible' -%} 'input does not exist: {{ label }} ' || {{ i.period }}
        {%- else -%} 'zero base: {{ label }} ' || {{ i.period }}
        {%- endif -%}
    {%- else -%}
        {%- if kind == 'suppressed' -%} '작성기관이 비공개(X)한 입력: {{ label }} ' || {{ i.period }}
        {%- elif kind == 'unobserved' -%} {{ i.period }} || ' 관측값 없음: {{ label }}'
        {%- elif kind == 'missing' -%} '입력 결측: {{ label }} ' || {{ i.period }}
        {%- elif kind == 'impossible' -%} '해당 없음(자료가 존재할 수 없음): {{ label }} ' || {{ i.period }}
        {%- else -%} '기준값이 0: {{ label }} ' || {{ i.period }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- A number as text with two decimals, for a reason. -#}
{% macro pct_text(column, decimals=2) -%}
    cast(cast({{ column }} as decimal(18, {{ decimals }})) as string)
{%- endmacro %}
