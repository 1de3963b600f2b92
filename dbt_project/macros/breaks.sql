{#- Identifiers of breaks that stand in several rows, each once, in order; they begin with their period. -#}
{% macro all_break_ids(column) -%}
    array_to_string(list_sort(list_distinct(flatten(list(string_split({{ column }}, ';'))))), ';')
{%- endmacro %}

{#- The one status of SDMX CL_OBS_STATUS: B for a figure after a break. -#}
{% macro sdmx_obs_status(status, break_ids) -%}
    case when {{ status }} = 'A' and {{ break_ids }} is not null then 'B' else {{ status }} end
{%- endmacro %}

{#- The identifiers of two lists, each once, in order; NULL where both are. -#}
{% macro joined_break_ids(one, other) -%}
    nullif(array_to_string(list_sort(list_distinct(string_split(concat_ws(';', {{ one }}, {{ other }}), ';'))), ';'), '')
{%- endmacro %}
