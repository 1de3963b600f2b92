-- Chain-linked index of the like-for-like quarterly rates. Where a link is missing (a break without
-- overlap, a suppressed or missing quarter) the chain ends and a new one begins: figures of two
-- chains cannot be compared. The reference is the mean of 2020 where the chain holds all of it, else
-- of its first whole year, else its first quarter; `reference_period` names it.
-- `break_ids` are the breaks since the quarter of the series that has an index before this one: the
-- chain was linked across them, or ended there. `begins_again` is the start of any chain but the first.
with links as (
    select
        complex_id, industry_code, measure, period, is_simulated,
        case when growth_lfl_pct > -100 then 1 + growth_lfl_pct / 100 end as ratio,
        growth_pct_status
    from {{ ref('int_growth_computed') }}
    where comparison = 'qoq'
),

chains as (
    select
        *,
        sum(case when ratio is null then 1 else 0 end) over (
            partition by complex_id, industry_code, measure order by period
            rows between unbounded preceding and current row
        ) as chain_no
    from links
),

levels as (
    select
        *,
        exp(sum(coalesce(ln(ratio), 0)) over (
            partition by complex_id, industry_code, measure, chain_no order by period
            rows between unbounded preceding and current row
        )) as level,
        count(*) over (partition by complex_id, industry_code, measure, chain_no) as quarters,
        min(period) over (partition by complex_id, industry_code, measure, chain_no) as first_quarter
    from chains
),

years as (
    select complex_id, industry_code, measure, chain_no, substr(period, 1, 4) as year, avg(level) as level
    from levels
    group by complex_id, industry_code, measure, chain_no, substr(period, 1, 4)
    having count(*) = 4
),

-- of the whole years of a chain 2020, else the first
reference_years as (
    select complex_id, industry_code, measure, chain_no, year, level
    from (
        select
            *,
            row_number() over (
                partition by complex_id, industry_code, measure, chain_no
                order by case when year = '2020' then 0 else 1 end, year
            ) as place
        from years
    ) as placed
    where place = 1
),

-- a quarter that is linked to none is no index
linked as (
    select
        *,
        lag(period) over (partition by complex_id, industry_code, measure order by period) as period_before
    from levels
    where quarters > 1
),

broken as (
    select
        l.complex_id, l.industry_code, l.measure, l.period,
        {{ all_break_ids('b.break_ids') }} as break_ids
    from linked as l
    inner join {{ ref('int_breaks_listed') }} as b
        on b.complex_id = l.complex_id
        and b.is_industry = (l.industry_code <> '_T')
        and b.measure = l.measure
        and b.period <= l.period
        and b.period like '____-Q_'
        and (b.period > l.period_before or b.period = l.period)
    group by l.complex_id, l.industry_code, l.measure, l.period
)

select
    l.complex_id,
    l.industry_code,
    l.measure,
    l.period,
    100 * l.level / coalesce(y.level, 1) as index_value,
    coalesce(y.year, l.first_quarter) as reference_period,
    cast(l.chain_no as integer) as chain_no,
    l.first_quarter as chain_from,
    b.break_ids,
    l.period = l.first_quarter and l.period_before is not null as begins_again,
    l.is_simulated
from linked as l
left join reference_years as y
    on y.complex_id = l.complex_id and y.industry_code = l.industry_code
    and y.measure = l.measure and y.chain_no = l.chain_no
left join broken as b
    on b.complex_id = l.complex_id and b.industry_code = l.industry_code
    and b.measure = l.measure and b.period = l.period
