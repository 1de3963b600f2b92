-- What the complexes managed by KICOX made, exported and employed: by year, and by quarter.
--
-- A year comes from the best of: a published figure of the year; published months; landed quarters
-- (the publisher's row 계). The longest coverage wins, then the published figure. What covers a
-- part of the year is scaled to twelve months (flows) or averaged (employment), and says how many
-- months it rests on. A first print that was revised later is kept as a variant of its own.
{%- set series = [
    ('kicox_production', 'production_krw_100m', 'krw', true),
    ('kicox_exports', 'exports_usd_m', 'usd', true),
    ('kicox_employment', 'employment_count', 'persons', false),
] %}
with flows as (
    {%- for name, column, dimension, is_flow in series %}
    select '{{ name }}' as series, '{{ dimension }}' as dimension, {{ is_flow }} as is_flow
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

figures as (
    select
        f.*,
        w.is_flow,
        f.source
            || case when f.complexes_covered is null then ''
                else ' (' || cast(f.complexes_covered as string) || ' complexes)' end as source_text
    from {{ ref('int_figures_harmonised') }} as f
    inner join flows as w on w.series = f.series
),

published_years as (
    select
        series,
        is_flow,
        case when figure_rank = 1 then '' else '__first_print' end as variant,
        period,
        case when is_flow then value * 12 / coalesce(months_covered, 12) else value end as value,
        coalesce(months_covered, 12) as months_covered,
        source_text || ', ' || coalesce(print, 'stated') as source,
        coalesce(print, 'stated') = 'preliminary' as is_preliminary,
        is_simulated,
        1 as preference,
        row_number() over (
            partition by series, period, case when figure_rank = 1 then 1 else 2 end
            order by figure_rank
        ) as place
    from figures
    -- the best print, and the first where that was superseded
    where freq = 'A' and (figure_rank = 1 or print = 'first_print')
),

-- Months of one print only: a first print and a revised month do not make one mean. The print with
-- the most months of a year is taken.
months_by_print as (
    select
        *,
        count(*) over (
            partition by series, substr(period, 1, 4), coalesce(print, 'stated')
        ) as months_of_print,
        min(figure_rank) over (
            partition by series, substr(period, 1, 4), coalesce(print, 'stated')
        ) as rank_of_print
    from figures
    where freq = 'M' and figure_rank = 1
),

prints_ranked as (
    select
        *,
        dense_rank() over (
            partition by series, substr(period, 1, 4)
            order by months_of_print desc, rank_of_print, coalesce(print, 'stated')
        ) as print_choice
    from months_by_print
),

published_months as (
    select
        series,
        is_flow,
        substr(period, 1, 4) as period,
        -- decimals: an exact sum, whatever the order
        cast(sum(cast(value as decimal(28, 8))) as double) as value,
        cast(count(*) as integer) as months_covered,
        {{ dbt.listagg("period || ' ' || source_text", "'; '", "order by period") }} as source,
        bool_or(coalesce(print, 'stated') = 'preliminary') as is_preliminary,
        bool_or(is_simulated) as is_simulated
    from prints_ranked
    where print_choice = 1
    group by series, is_flow, substr(period, 1, 4)
),

landed_quarters as (
    {%- for name, column, dimension, is_flow in series %}
    select
        '{{ name }}' as series,
        {{ is_flow }} as is_flow,
        period,
        {{ column }} as value,
        coalesce({{ column }}_status, 'O') as obs_status,
        is_simulated
    from {{ ref('int_complex_quarters_pivoted') }}
    where complex_id = '_T'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

landed_years as (
    select
        series,
        is_flow,
        substr(period, 1, 4) as period,
        cast(sum(cast(value as decimal(28, 8))) as double) as value,
        cast(count(*) * 3 as integer) as months_covered,
        'kicox__industrial_trend, row 계: '
            || {{ dbt.listagg("period", "', '", "order by period") }} as source,
        false as is_preliminary,
        bool_or(is_simulated) as is_simulated
    from landed_quarters
    where obs_status = 'A'
    group by series, is_flow, substr(period, 1, 4)
),

candidates as (
    select series, variant, period, value, months_covered, source, is_preliminary, is_simulated, preference
    from published_years
    where place = 1
    union all
    select
        series, '' as variant, period,
        case when is_flow then value / months_covered * 12 else value / months_covered end as value,
        months_covered, source, is_preliminary, is_simulated, 2 as preference
    from published_months
    union all
    select
        series, '' as variant, period,
        case when is_flow then value / months_covered * 12 else value / months_covered * 3 end as value,
        months_covered, source, is_preliminary, is_simulated, 3 as preference
    from landed_years
),

years as (
    select
        *,
        row_number() over (
            partition by series, variant, period order by months_covered desc, preference
        ) as choice
    from candidates
),

quarters as (
    select
        *,
        row_number() over (
            partition by series, period
            order by case when obs_status = 'A' then 0 else 1 end, preference
        ) as choice
    from (
        select
            series, period, value, obs_status,
            'kicox__industrial_trend, row 계: ' || period as source,
            false as is_preliminary, is_simulated, 1 as preference
        from landed_quarters
        union all
        select
            series, period, value, 'A' as obs_status, source_text as source,
            coalesce(print, 'stated') = 'preliminary' as is_preliminary, is_simulated, 2 as preference
        from figures
        where freq = 'Q' and figure_rank = 1 and coalesce(months_covered, 3) = 3
    ) as stated_quarters
)

select
    y.series,
    y.variant,
    y.period,
    y.value,
    w.dimension,
    'A' as obs_status,
    cast(y.months_covered as integer) as months_covered,
    12 as months_in_period,
    y.source,
    y.is_preliminary,
    y.is_simulated
from years as y
inner join flows as w on w.series = y.series
where y.choice = 1
union all
select
    q.series,
    '' as variant,
    q.period,
    q.value,
    w.dimension,
    q.obs_status,
    case when q.obs_status = 'A' then 3 else 0 end as months_covered,
    3 as months_in_period,
    q.source,
    q.is_preliminary,
    q.is_simulated
from quarters as q
inner join flows as w on w.series = q.series
where q.choice = 1
