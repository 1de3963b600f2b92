{#- Where the build meets the landed files. `landed(name)` stands where `source('landed', name)`
    would: it keeps the lineage (the source is named) and lets an adapter say how files are read.
    The lists come from the var `landed_files`, at compile time, so that a parsed project can be
    used again for another build. Names: observations, complex_status, published_figures, claims,
    national_series, factories, knowledge_centres, survey_notes, snapshots. -#}
{% macro landed(name) -%}
    {%- set relation = source('landed', name) -%}
    {%- if not execute or relation.is_cte -%}
        {#- parsing, or a unit test with rows of its own -#}
        {{ return(relation) }}
    {%- endif -%}
    {{ return(adapter.dispatch('landed')(name, var('landed_files')[name], relation)) }}
{%- endmacro %}

{#- Elsewhere the landed data are tables that somebody has loaded. -#}
{% macro default__landed(name, files, relation) -%}
    {{ return(relation) }}
{%- endmacro %}

{% macro duckdb__landed(name, files, relation) -%}
    {%- if not files -%}
        {{ exceptions.raise_compiler_error(
            "var landed_files." ~ name ~ " is empty: give at least the zero-row schema file") }}
    {%- endif -%}
    {%- if name == 'snapshots' -%}
        {%- set sql -%}
            (select entry.* from (
                select unnest(snapshots) as entry
                from read_json({{ dbt.string_literal(dbt.escape_single_quotes(files)) }}, columns = {
                    snapshots: 'STRUCT(snapshot_id VARCHAR, dataset VARCHAR, period VARCHAR,
                        sha256 VARCHAR, vintage VARCHAR, file_name VARCHAR, bytes BIGINT,
                        published_at DATE, published_at_basis VARCHAR, loaded_at VARCHAR,
                        is_simulated BOOLEAN)[]'
                }, maximum_object_size = 268435456)
            ))
        {%- endset -%}
    {%- else -%}
        {%- set paths = [] -%}
        {%- for file in files -%}
            {%- do paths.append(dbt.string_literal(dbt.escape_single_quotes(file))) -%}
        {%- endfor -%}
        {%- set sql -%}
            read_parquet([{{ paths | join(', ') }}], union_by_name = true, hive_partitioning = false)
        {%- endset -%}
    {%- endif -%}
    {%- if relation.limit is not none -%}
        {#- `dbt build --empty`: the tables with their columns, without their rows -#}
        {%- set sql -%} (select * from {{ sql }} where false limit {{ relation.limit }}) {%- endset -%}
    {%- endif -%}
    {{ return(sql) }}
{%- endmacro %}
