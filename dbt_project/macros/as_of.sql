{#- Table macros beside the marts: what stood published on a day. They read marts alone, so that they
    live on in the release's database. A vintage holds from the day it was published until the day
    the next one was: of several vintages with one date the last holds. -#}
{% macro create_as_of_macros() -%}
    {{ return(adapter.dispatch('create_as_of_macros')()) }}
{%- endmacro %}

{#- Where there are no table macros there is nothing to make. -#}
{% macro default__create_as_of_macros() -%}{{ return('') }}{%- endmacro %}

{% macro duckdb__create_as_of_macros() -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- for mart in [
        'fct_observation', 'dim_measure', 'national_series', 'complex_status_vintage', 'dim_province',
        'complex_quarterly', 'national_total_quarterly', 'industry_quarterly', 'complex_industry_quarterly'
    ] -%}
        {#- a build that broke, or that was asked for a part only -#}
        {%- if load_relation(target_relation_of(mart)) is none -%}{{ return('') }}{%- endif -%}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for name, sql, comment in as_of_macros() -%}
        {%- do statements.append(
            'create or replace macro ' ~ name ~ '(day) as table (' ~ sql ~ ')') -%}
        {%- do statements.append(
            'comment on macro table ' ~ name ~ ' is ' ~ dbt.string_literal(comment)) -%}
    {%- endfor -%}
    {{ return(statements | join(';\n')) }}
{%- endmacro %}

{% macro target_relation_of(mart) -%}
    {{ return(api.Relation.create(database=target.database, schema='main', identifier=mart)) }}
{%- endmacro %}

{#- Name, SQL and comment of every macro, in the order in which they need each other. -#}
{% macro as_of_macros() -%}
    {%- set stood -%}
        cast(day as date) and (superseded_at is null or superseded_at > cast(day as date))
    {%- endset -%}
    {%- set observations -%}
        select * replace (true as is_latest, cast(null as date) as superseded_at)
        from fct_observation
        where begins_vintage and vintage <= {{ stood }}
    {%- endset -%}
    {%- set series -%}
        select * replace (true as is_latest, cast(null as date) as superseded_at)
        from national_series
        where stated_on <= {{ stood }}
    {%- endset -%}
    {%- set quarters -%}
        with held as (
            select o.*, m.kind
            from as_of(day) as o
            inner join dim_measure as m on m.measure = o.measure
        ),

        {{ quarterised('(select measure, unit_code from dim_measure)', 'held') }}
    {%- endset -%}
    {%- set status -%}
        with held as (
            select * from complex_status_vintage where vintage <= {{ stood }}
        )

        select q.status_complex_id, q.period, q.complex_id, q.complex_type, q.province_code,
            p.name_ko as province_ko, p.name_en as province_en, q.sigungu_ko, q.name_ko, q.name_raw,
            q.former_name_ko, q.renewal, q.level, q.is_top_level, q.parent_id, q.whole_id, q.is_straddling,
            q.seq, q.development_status,
            {%- for column in status_columns() if not column.get('cumulative') %}
            q.{{ column.name }}, q.{{ column.name }}_status,
            {%- endfor %}
            {{ status_flows('q', 'b') }},
            q.snapshot_id, q.sheet, q.name_cell, q.is_simulated
        from held as q
        left join held as b
            on b.status_complex_id = q.status_complex_id and b.period = {{ previous_period('q.period') }}
        left join dim_province as p on p.province_code = q.province_code
    {%- endset -%}
    {%- set marts = [] -%}
    {%- for mart, keys, columns, which in [
        ('complex_quarterly', ['complex_id', 'period'], quarter_columns(),
            "industry_code = '_T' and complex_id <> '_T'"),
        ('national_total_quarterly', ['period'], quarter_columns(),
            "industry_code = '_T' and complex_id = '_T'"),
        ('industry_quarterly', ['industry_code', 'period'], industry_columns(),
            "industry_code <> '_T' and complex_id = '_T'"),
        ('complex_industry_quarterly', ['complex_id', 'industry_code', 'period'], industry_columns(),
            "industry_code <> '_T' and complex_id <> '_T'"),
    ] -%}
        {%- set sql -%}
            with pivoted as (
                select {{ keys | join(', ') }}, {{ pivoted(columns) }}
                    bool_or(is_simulated) as is_simulated
                from observations_quarterly_as_of(day)
                where {{ which }}
                group by {{ keys | join(', ') }}
            )

            select {{ keys | join(', ') }}, {{ published_columns(columns) }}
                -- (the register of breaks is that of the release)
                (select max(m.break_ids) from {{ mart }} as m
                    where {% for key in keys %}m.{{ key }} = pivoted.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}) as break_ids,
                is_simulated
            from pivoted
        {%- endset -%}
        {%- do marts.append((mart ~ '_as_of', sql,
            mart ~ ': 그날까지 공표된 값으로 / ' ~ mart ~ ' as it stood published on a day')) -%}
    {%- endfor -%}
    {{ return([
        ('as_of', observations,
            '그날 공표되어 있던 관측값, 관측마다 한 행 / The observations that stood published on a day, one row each'),
        ('national_series_as_of', series,
            '그날 공표되어 있던 전국 수치 / The national figures that stood published on a day'),
        ('observations_quarterly_as_of', quarters,
            '그날 공표되어 있던 분기 값(달에서 낸 것 포함) / Values of quarters as they stood on a day, those from months included'),
        ('complex_status_quarterly_as_of', status,
            'complex_status_quarterly: 그날까지 공표된 회차로 / complex_status_quarterly by the editions published by a day'),
    ] + marts) }}
{%- endmacro %}
