{#- One schema a layer, by its plain name: `main` holds the marts and nothing else, so that the
    candidate and the release look the same to a reader. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name if custom_schema_name is not none else target.schema) | trim }}
{%- endmacro %}
