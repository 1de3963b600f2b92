{#- Periods are text: '2026-Q1', '2026-03', '2026', a day '2026-03-31'. SDMX CL_FREQ: Q, M, A, D. -#}

{% macro period_freq(period) -%}
    case
        when {{ period }} like '____-Q_' then 'Q'
        when {{ period }} like '____-__' then 'M'
        when length({{ period }}) = 4 then 'A'
        when {{ period }} like '____-__-__' then 'D'
    end
{%- endmacro %}

{% macro period_year(period) -%}
    cast(substr({{ period }}, 1, 4) as integer)
{%- endmacro %}

{#- The quarter that a month lies in: '2023-05' → '2023-Q2'. -#}
{% macro quarter_of_month(period) -%}
    (substr({{ period }}, 1, 5) || 'Q'
        || cast(cast(floor((cast(substr({{ period }}, 6, 2) as integer) + 2) / 3) as integer) as string))
{%- endmacro %}

{#- Whether a month is the first, or the last, of its quarter. -#}
{% macro begins_quarter(period) -%}
    substr({{ period }}, 6, 2) in ('01', '04', '07', '10')
{%- endmacro %}

{% macro ends_quarter(period) -%}
    substr({{ period }}, 6, 2) in ('03', '06', '09', '12')
{%- endmacro %}

{% macro year_before(period) -%}
    cast({{ period_year(period) }} - 1 as string)
{%- endmacro %}

{% macro previous_period(period) -%}
    case
        when {{ period }} like '____-Q1' then {{ year_before(period) }} || '-Q4'
        when {{ period }} like '____-Q_'
            then substr({{ period }}, 1, 6) || cast(cast(substr({{ period }}, 7, 1) as integer) - 1 as string)
        when {{ period }} like '____-01' then {{ year_before(period) }} || '-12'
        when {{ period }} like '____-__'
            then substr({{ period }}, 1, 5)
                || lpad(cast(cast(substr({{ period }}, 6, 2) as integer) - 1 as string), 2, '0')
        when length({{ period }}) = 4 then {{ year_before(period) }}
    end
{%- endmacro %}

{% macro year_ago_period(period) -%}
    {{ year_before(period) }} || substr({{ period }}, 5)
{%- endmacro %}

{#- One column `n` of the whole numbers from `first` to `last`, both included. -#}
{% macro whole_numbers(first, last) -%}
    {{ return(adapter.dispatch('whole_numbers')(first, last)) }}
{%- endmacro %}

{% macro default__whole_numbers(first, last) -%}
    select explode(sequence(cast({{ first }} as integer), cast({{ last }} as integer))) as n
{%- endmacro %}

{% macro duckdb__whole_numbers(first, last) -%}
    select cast(unnest(range({{ first }}, {{ last }} + 1)) as integer) as n
{%- endmacro %}

{#- The type that reads an ISO 8601 instant with its offset. -#}
{% macro type_instant() -%}
    {{ return(adapter.dispatch('type_instant')()) }}
{%- endmacro %}

{% macro default__type_instant() -%}timestamp{%- endmacro %}

{% macro duckdb__type_instant() -%}timestamptz{%- endmacro %}

{#- Any period as a quarter, to compare it with quarters: a month's own, a year's first or last. -#}
{% macro as_quarter(period, edge='first') -%}
    case
        when {{ period }} like '____-Q_' then {{ period }}
        when {{ period }} like '____-__' then {{ quarter_of_month(period) }}
        when length({{ period }}) = 4 then {{ period }} || '{{ '-Q1' if edge == 'first' else '-Q4' }}'
    end
{%- endmacro %}

{#- The last day of a quarter or year, as text: '2026-Q1' → '2026-03-31'. -#}
{% macro last_day_text(period) -%}
    substr({{ period }}, 1, 4) || case substr({{ period }}, 6, 2)
        when 'Q1' then '-03-31' when 'Q2' then '-06-30' when 'Q3' then '-09-30' else '-12-31'
    end
{%- endmacro %}

{#- The quarter after: '2025-Q4' → '2026-Q1'. -#}
{% macro next_quarter(period) -%}
    case
        when {{ period }} like '____-Q4' then cast({{ period_year(period) }} + 1 as string) || '-Q1'
        when {{ period }} like '____-Q_'
            then substr({{ period }}, 1, 6) || cast(cast(substr({{ period }}, 7, 1) as integer) + 1 as string)
    end
{%- endmacro %}
