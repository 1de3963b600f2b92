-- National figures of quarters and years, from months and days where the publisher gives none.
--
-- Prints. Customs revises the months of a year until they become final in February of the next
-- year: what is (still) stated on 15 February or later is `final`, the newest statement before is
-- `preliminary`, and both are kept. Everything else is `stated`: the newest vintage.
-- Sums. A quarter or year of flows is the sum of its months, of an index their arithmetic mean, and
-- only where every month is there: a denominator is never scaled up.
-- Rates. A quarter or year of an exchange rate is the arithmetic mean over the days on which one
-- was fixed, and only where its last day has passed in the series, no month is missing, and none
-- has fewer than 15 such days (the shortest month with the longest holidays has 16).
with national as (
    select
        v.*,
        s.aggregation,
        s.revision,
        cast({{ year_before('v.period') }} as integer) + 2 as next_year
    from {{ ref('int_series_vintaged') }} as v
    inner join {{ ref('series') }} as s on s.series = v.series
    where v.area = 'KR'
),

dated as (
    select
        *,
        cast(cast(next_year as string) || '-02-15' as date) as final_from
    from national
),

printed as (
    select *, 'stated' as print from dated where revision = 'stated' and is_latest
    union all
    select *, 'final' as print from dated
    where revision = 'february' and is_latest and stated_until >= final_from
    union all
    select * from (
        select *, 'preliminary' as print from dated
        where revision = 'february' and stated_on < final_from
    ) as early
    qualify row_number() over (partition by series, period order by vintage_no desc) = 1
),

-- each month and day once for its quarter, once for its year
parts as (
    select *, {{ as_quarter('period') }} as whole, 3 as months_of_whole
    from printed
    where freq = 'M'
    union all
    select *, {{ as_quarter("substr(period, 1, 7)") }} as whole, 3 as months_of_whole
    from printed
    where freq = 'D'
    union all
    select *, substr(period, 1, 4) as whole, 12 as months_of_whole
    from printed
    where freq in ('M', 'D')
    union all
    select *, period as whole, 0 as months_of_whole
    from printed
    where freq in ('Q', 'A')
),

-- months first: how many figures each has
months as (
    select
        series, print, freq, whole, months_of_whole, aggregation,
        case when freq = 'D' then substr(period, 1, 7) else period end as part,
        -- decimals: an exact sum, whatever the order
        sum(cast(value as decimal(28, 8))) as total,
        count(value) as figures,
        sum(case when obs_status = 'A' then 0 else 1 end) as absent,
        min(period) as first_period,
        max(period) as last_period,
        max(dimension) as dimension,
        max(stated_on) as published_at,
        max(loaded_at) as loaded_at,
        bool_or(is_simulated) as is_simulated
    from parts
    group by series, print, freq, whole, months_of_whole, aggregation,
        case when freq = 'D' then substr(period, 1, 7) else period end
),

wholes as (
    select
        series, print, freq, whole, months_of_whole, aggregation,
        sum(total) as total,
        sum(figures) as figures,
        count(*) as month_count,
        min(figures) as fewest_figures,
        sum(absent) as absent,
        min(first_period) as first_period,
        max(last_period) as last_period,
        max(dimension) as dimension,
        max(published_at) as published_at,
        max(loaded_at) as loaded_at,
        bool_or(is_simulated) as is_simulated
    from months
    group by series, print, freq, whole, months_of_whole, aggregation
),

newest_days as (
    select series, max(period) as newest_day
    from printed
    where freq = 'D'
    group by series
)

select
    w.series,
    w.whole as period,
    {{ period_freq('w.whole') }} as freq,
    w.print,
    cast(case when w.aggregation = 'mean' then w.total / w.figures else w.total end as double) as value,
    w.dimension,
    w.published_at,
    w.loaded_at,
    w.is_simulated,
    p.source
        || case
            when w.freq in ('Q', 'A') then ''
            when w.freq = 'D' then ', mean of ' || cast(w.figures as string) || ' days'
            else ', ' || w.first_period || ' to ' || w.last_period
        end as source,
    p.dataset,
    -- where the newest of its cells stands
    p.snapshot_id,
    p.sha256,
    p.sheet,
    p.cell,
    p.scope_ko,
    p.scope_en
from wholes as w
inner join printed as p
    on p.series = w.series and p.print = w.print and p.freq = w.freq and p.period = w.last_period
left join newest_days as d on d.series = w.series
where w.absent = 0
    and case
        when w.freq in ('Q', 'A') then true
        when w.aggregation not in ('sum', 'mean') or w.month_count < w.months_of_whole then false
        when w.freq = 'M' then true
        else w.fewest_figures >= 15 and d.newest_day >= {{ last_day_text('w.whole') }}
    end
