-- Every period between the first and the last that anything is said of, without gaps: years over
-- everything, quarters and months over the years in which there are observations of complexes.
with said as (
    select distinct period from {{ ref('int_observations_vintaged') }}
    union
    select distinct period from {{ ref('int_observations_quarterised') }}
    union
    select distinct period from {{ ref('int_figures_harmonised') }}
    union
    select distinct period from {{ ref('int_shares_computed') }}
),

bounds as (
    select
        coalesce(min({{ period_year('period') }}), 2000) as first_year,
        coalesce(max({{ period_year('period') }}), 1999) as last_year,
        -- a year ago of the first quarter is a period, too
        coalesce(min(case when {{ period_freq('period') }} <> 'A' then {{ period_year('period') }} end) - 1, 2000)
            as first_short_year,
        coalesce(max(case when {{ period_freq('period') }} <> 'A' then {{ period_year('period') }} end), 1999)
            as last_short_year
    from said
),

years as (
    {{ whole_numbers('(select least(first_year, first_short_year) from bounds)', '(select last_year from bounds)') }}
),

quarters as (
    {{ whole_numbers('1', '4') }}
),

months as (
    {{ whole_numbers('1', '12') }}
)

select cast(y.n as string) as period, 'A' as freq, y.n as year,
    cast(null as integer) as quarter, cast(null as integer) as month
from years as y
union all
select cast(y.n as string) || '-Q' || cast(q.n as string), 'Q', y.n, q.n, null
from years as y
cross join quarters as q
cross join bounds as b
where y.n between b.first_short_year and b.last_short_year
union all
select cast(y.n as string) || '-' || lpad(cast(m.n as string), 2, '0'), 'M', y.n,
    cast(floor((m.n + 2) / 3) as integer), m.n
from years as y
cross join months as m
cross join bounds as b
where y.n between b.first_short_year and b.last_short_year
