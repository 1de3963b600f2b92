-- The publication's totals against the sums of their parts, in what holds now, and its quarters
-- against its months.
--
--   total_vs_complexes      the row 계 and the complexes, of all industries and of each
--   total_vs_industries     all industries and each, of the row 계 and of each complex
--   total_vs_sexes, total_vs_size_classes
--   quarter_vs_months       a quarter as its edition states it, and its three months (a stock: the last)
--
-- A part that is suppressed (Q) or missing (O) leaves nothing to compare: the sum of the others is no
-- figure of ours and is not told, only how many parts are not visible. A part that cannot exist (M)
-- is nothing. Sums are exact, whatever their order. `tolerance`: the files carry long float tails,
-- ten digits in the CSV edition and, of capacity, whole million won (0.01 억원).
--
-- A total that was stated on another day than its parts is one of another vintage: an edition restates
-- the total of the quarter before it and not its industries. That is a `revision`.
with additive as (
    select measure, kind, unit_code as unit
    from {{ ref('measures') }}
    where kind in ('flow', 'stock') and measure not like '%\_ytd\_%' escape '\'
),

-- the days on which what holds of a quarter, or of its months one after the other, was first stated
days as (
    select complex_id, industry_code, size_class, sex, measure, freq, period,
        {{ dbt.listagg('stated_on', "', '", 'order by month') }} as stated_on
    from (
        select complex_id, industry_code, size_class, sex, measure, freq, period as month,
            case freq when 'M' then {{ quarter_of_month('period') }} else period end as period,
            cast(vintage as string) as stated_on
        from {{ ref('int_observations_vintaged') }}
        where is_latest
    ) as dated
    group by complex_id, industry_code, size_class, sex, measure, freq, period
),

cells as (
    select
        q.complex_id, q.industry_code, q.size_class, q.sex, q.measure, q.period, q.value, q.obs_status,
        d.stated_on, q.is_simulated, a.unit
    from {{ ref('int_observations_quarterised') }} as q
    inner join additive as a on a.measure = q.measure
    left join days as d
        on d.complex_id = q.complex_id and d.industry_code = q.industry_code
        and d.size_class = q.size_class and d.sex = q.sex and d.measure = q.measure
        and d.period = q.period and d.freq = case q.derivation when 'stated' then 'Q' else 'M' end
),

parts as (
    select 'total_vs_complexes' as reconciliation_kind, '_T' as complex_id, industry_code, size_class, sex,
        measure, period, value, obs_status, stated_on, is_simulated
    from cells
    where complex_id <> '_T' and size_class = '_T' and sex = '_T'
    union all
    select 'total_vs_industries', complex_id, '_T', size_class, sex, measure, period, value, obs_status,
        stated_on, is_simulated
    from cells
    where industry_code <> '_T' and size_class = '_T' and sex = '_T'
    union all
    select 'total_vs_sexes', complex_id, industry_code, size_class, '_T', measure, period, value,
        obs_status, stated_on, is_simulated
    from cells
    where sex <> '_T' and size_class = '_T'
    union all
    select 'total_vs_size_classes', complex_id, industry_code, '_T', sex, measure, period, value,
        obs_status, stated_on, is_simulated
    from cells
    where size_class <> '_T' and sex = '_T'
),

sums as (
    select
        reconciliation_kind, complex_id, industry_code, size_class, sex, measure, period,
        cast(sum(cast(value as decimal(28, 8))) as double) as value,
        count(*) as part_count,
        sum(case when obs_status = 'Q' then 1 else 0 end) as suppressed_count,
        sum(case when obs_status not in ('A', 'Q', 'M') or (obs_status = 'A' and value is null) then 1
            else 0 end) as missing_count,
        max(stated_on) as stated_on,
        bool_or(is_simulated) as is_simulated
    from parts
    group by reconciliation_kind, complex_id, industry_code, size_class, sex, measure, period
),

totals as (
    select
        s.reconciliation_kind,
        s.measure as series,
        s.complex_id,
        s.industry_code,
        s.period,
        '계' as stated_as_ko,
        'total' as stated_as,
        t.value as stated_value,
        case s.reconciliation_kind when 'total_vs_complexes' then '단지별 합' when 'total_vs_industries' then '업종별 합'
            when 'total_vs_sexes' then '남녀 합' else '규모별 합' end as compared_as_ko,
        case s.reconciliation_kind when 'total_vs_complexes' then 'sum of the complexes'
            when 'total_vs_industries' then 'sum of the industries'
            when 'total_vs_sexes' then 'men and women' else 'sum of the size classes' end as compared_as,
        s.value as compared_value,
        s.part_count,
        s.suppressed_count,
        s.missing_count,
        t.unit,
        greatest(1e-6 * abs(t.value), 0.005) as tolerance,
        case when t.stated_on <> s.stated_on then 'revision' end as explanation,
        case when t.stated_on <> s.stated_on
            then '합계는 ' || t.stated_on || '에, 부분은 ' || s.stated_on
                || '에 실린 값' end as explanation_ko,
        case when t.stated_on <> s.stated_on
            then 'the total is as stated on ' || t.stated_on || ', the parts on '
                || s.stated_on end as explanation_en,
        s.is_simulated or t.is_simulated as is_simulated
    from sums as s
    inner join cells as t
        on t.complex_id = s.complex_id and t.industry_code = s.industry_code
        and t.size_class = s.size_class and t.sex = s.sex and t.measure = s.measure
        and t.period = s.period
    where t.obs_status = 'A' and t.value is not null
),

-- what holds now of quarters and months, each as it was stated
stated as (
    select v.complex_id, v.measure, v.freq, v.period, v.value, v.obs_status, v.vintage,
        v.vintage_no, v.is_simulated,
        a.kind, a.unit
    from {{ ref('int_observations_vintaged') }} as v
    inner join additive as a on a.measure = v.measure
    where v.is_latest and v.industry_code = '_T' and v.size_class = '_T' and v.sex = '_T'
),

months as (
    select
        complex_id, measure, {{ quarter_of_month('period') }} as quarter,
        case when kind = 'flow' then cast(sum(cast(value as decimal(28, 8))) as double)
            else max(case when {{ ends_quarter('period') }} then value end) end as value,
        count(*) as part_count,
        sum(case when obs_status = 'Q' then 1 else 0 end) as suppressed_count,
        3 - count(*) + sum(case when obs_status not in ('A', 'Q', 'M') then 1 else 0 end) as missing_count,
        max(vintage) as vintage,
        cast(sum(case when vintage_no > 1 then 1 else 0 end) as integer) as revised_count,
        bool_or(is_simulated) as is_simulated
    from stated
    where freq = 'M'
    group by complex_id, measure, kind, {{ quarter_of_month('period') }}
),

quarters as (
    select
        'quarter_vs_months' as reconciliation_kind,
        q.measure as series,
        q.complex_id,
        '_T' as industry_code,
        q.period,
        '분기 회차' as stated_as_ko,
        'quarterly edition' as stated_as,
        q.value as stated_value,
        case q.kind when 'flow' then '세 달의 합' else '마지막 달' end as compared_as_ko,
        case q.kind when 'flow' then 'sum of its three months' else 'its last month' end as compared_as,
        m.value as compared_value,
        m.part_count,
        m.suppressed_count,
        m.missing_count,
        q.unit,
        greatest(1e-6 * abs(q.value), 0.005) as tolerance,
        -- restated by the quarterly edition, or since by a following month
        case when q.vintage <> m.vintage or m.revised_count > 0 then 'revision' end as explanation,
        case when q.vintage <> m.vintage or m.revised_count > 0
            then '분기 회차는 ' || cast(q.vintage as string) || ', 달은 ' || cast(m.vintage as string)
                || '까지의 값이며 수정된 달이 ' || cast(m.revised_count as string) || '개' end as explanation_ko,
        case when q.vintage <> m.vintage or m.revised_count > 0
            then 'the quarter is as stated on ' || cast(q.vintage as string) || ', the months up to '
                || cast(m.vintage as string) || '; months revised: ' || cast(m.revised_count as string)
            end as explanation_en,
        q.is_simulated or m.is_simulated as is_simulated
    from stated as q
    inner join months as m
        on m.complex_id = q.complex_id and m.measure = q.measure and m.quarter = q.period
    where q.freq = 'Q' and q.obs_status = 'A' and q.value is not null
)

select * from totals
union all
select * from quarters
