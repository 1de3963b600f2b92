-- What was printed at different times and places about one thing.
--
--   first_vs_latest         the first print of the row 계, and of a national series, against what holds
--                           now (see below); where the edition of the period itself is not held, the
--                           earliest print that is, and it says so
--   print_vs_statistic      a figure found in print against the statistic's own row 계; a year is its four
--                           quarters (a stock: the last)
--   statement_vs_statement  sources that state the same national or KICOX total: the strongest against
--                           each other one (print, KOSIS, customs, ECOS)
--
-- First against latest, the two agree to the ninth digit or there is a cause: for the row 계 those of its
-- revisions (int_revisions_measured), if each has one; for a national series, the first that fits:
--   simulated, unit, scope   as below
--   revision   customs: not final before February of the next year; any other: its publisher names a later
--              day of the change (KOSIS: LST_CHN_DE) and the two are within 5 %. A figure that changes
--              under the same day, or on none, has no cause
--
-- Print, statement: tolerance is half a unit of the last printed digit. Explained, the first that fits:
--   revision   the statistic once said what was printed; or one of the two is a first, preliminary or
--              revised print and they are within 5 % (an annual revision is around 1 %)
--   scope      the two say that they cover different things (survey scope, kind of exports)
--   coverage   another number of complexes
--   derived    worked out from a printed rate, which is rounded
--   unit       off by a power of ten
--   simulated  one of the two is simulated
{%- set largest_revision = 0.05 %}
with series_measures as (
    select distinct series, trend_measure as measure
    from {{ ref('claim_metrics') }}
    where series is not null and trend_measure is not null
),

totals as (
    select v.measure, v.freq, v.period, v.publication_period, v.vintage_no, v.vintage, v.value,
        v.obs_status, v.is_latest, v.begins_vintage, v.is_simulated, m.kind, m.unit_code as unit
    from {{ ref('int_observations_vintaged') }} as v
    inner join {{ ref('measures') }} as m on m.measure = v.measure
    where v.complex_id = '_T' and v.industry_code = '_T' and v.size_class = '_T' and v.sex = '_T'
        and m.measure not like '%\_ytd\_%' escape '\'
        and (m.kind in ('flow', 'stock') or m.measure = 'utilization_pct')
        and v.begins_vintage
),

causes as (
    select
        r.measure, r.freq, r.period,
        {{ dbt.listagg('distinct k.name_ko', "', '", 'order by k.name_ko') }} as causes_ko,
        {{ dbt.listagg('distinct lower(k.name_en)', "', '", 'order by lower(k.name_en)') }} as causes_en,
        max(case when r.cause = 'unexplained' then 1 else 0 end) as unexplained
    from {{ ref('int_revisions_measured') }} as r
    inner join {{ ref('codes') }} as k on k.codelist = 'cause' and k.code = r.cause
    where r.complex_id = '_T' and r.industry_code = '_T' and r.size_class = '_T' and r.sex = '_T'
    group by r.measure, r.freq, r.period
),

first_prints as (
    select
        'first_vs_latest' as reconciliation_kind,
        f.measure as series,
        f.period,
        case when f.publication_period = f.period then '첫 공표 ' else '보유한 가장 이른 공표 ' end
            || cast(f.vintage as string) as stated_as_ko,
        case when f.publication_period = f.period then 'first print of ' else 'earliest print held, of ' end
            || cast(f.vintage as string) as stated_as,
        f.value as stated_value,
        '현재 값 ' || cast(l.vintage as string) as compared_as_ko,
        'as it stands since ' || cast(l.vintage as string) as compared_as,
        l.value as compared_value,
        case when f.obs_status = 'Q' or l.obs_status = 'Q' then 1 else 0 end as suppressed_count,
        case when f.obs_status not in ('A', 'Q') or l.obs_status not in ('A', 'Q') then 1 else 0 end
            as missing_count,
        f.unit,
        1e-9 * abs(f.value) as tolerance,
        case when c.unexplained = 0 then 'revision' end as explanation,
        case when c.unexplained = 0 then '수정: ' || c.causes_ko end as explanation_ko,
        case when c.unexplained = 0 then 'revised: ' || c.causes_en end as explanation_en,
        f.is_simulated or l.is_simulated as is_simulated
    from totals as f
    inner join totals as l on l.measure = f.measure and l.freq = f.freq and l.period = f.period and l.is_latest
    left join causes as c on c.measure = f.measure and c.freq = f.freq and c.period = f.period
    where f.vintage_no = 1 and f.value is not null
),

-- a national series of months, quarters or years; days (exchange rates) are fixed once
series_vintages as (
    select
        v.*,
        s.unit_code as unit,
        s.revision,
        cast(cast(cast(substr(v.period, 1, 4) as integer) + 1 as string) || '-03-01' as date) as final_by
    from {{ ref('int_series_vintaged') }} as v
    inner join {{ ref('series') }} as s on s.series = v.series
    where v.area = 'KR' and v.freq in ('M', 'Q', 'A')
),

series_pairs as (
    select
        f.series,
        f.period,
        f.unit,
        f.value,
        f.stated_on,
        f.source,
        l.value as latest_value,
        l.stated_on as latest_stated_on,
        l.source as latest_source,
        f.scope_ko,
        f.scope_en,
        l.scope_ko as latest_scope_ko,
        l.scope_en as latest_scope_en,
        f.obs_status <> 'A' or l.obs_status <> 'A' as is_missing,
        f.obs_status = 'Q' or l.obs_status = 'Q' as is_suppressed,
        case
            when f.is_simulated <> l.is_simulated then 'simulated'
            when f.dimension <> l.dimension then 'unit'
            when {{ is_power_of_ten('f.value', 'l.value') }} then 'unit'
            when f.scope_en <> l.scope_en then 'scope'
            when f.revision = 'february' and l.stated_on < f.final_by then 'revision'
            when l.is_change_dated and l.stated_on > f.stated_on
                and abs(f.value - l.value) <= {{ largest_revision }} * abs(f.value) then 'revision'
        end as explanation,
        f.revision = 'february' and l.stated_on < f.final_by as is_customs_year,
        f.is_simulated or l.is_simulated as is_simulated
    from series_vintages as f
    inner join series_vintages as l
        on l.series = f.series and l.area = f.area and l.period = f.period and l.is_latest
    where f.vintage_no = 1 and f.value is not null
),

series_first_prints as (
    select
        'first_vs_latest' as reconciliation_kind,
        series,
        period,
        source || ', 첫 공표 ' || cast(stated_on as string) as stated_as_ko,
        source || ', first print of ' || cast(stated_on as string) as stated_as,
        value as stated_value,
        latest_source || ', 현재 값 ' || cast(latest_stated_on as string) as compared_as_ko,
        latest_source || ', as it stands since ' || cast(latest_stated_on as string) as compared_as,
        latest_value as compared_value,
        case when is_suppressed then 1 else 0 end as suppressed_count,
        case when is_missing and not is_suppressed then 1 else 0 end as missing_count,
        unit,
        1e-9 * abs(value) as tolerance,
        explanation,
        case
            when explanation = 'simulated' then '한쪽이 모의자료'
            when explanation = 'unit' then '단위나 기준년이 다름'
            when explanation = 'scope' then '범위가 다름: ' || scope_ko || ' / ' || latest_scope_ko
            when is_customs_year then '수정: 다음 해 2월에 확정될 때까지 고침'
            when explanation = 'revision'
                then '수정: 발행 기관이 밝힌 변경일 ' || cast(latest_stated_on as string) || ', 5% 이내'
        end as explanation_ko,
        case
            when explanation = 'simulated' then 'one of the two is simulated'
            when explanation = 'unit' then 'another unit or base year'
            when explanation = 'scope'
                then 'they cover different things: ' || scope_en || ' / ' || latest_scope_en
            when is_customs_year then 'revised: not final before February of the next year'
            when explanation = 'revision'
                then 'revised: its publisher changed it on ' || cast(latest_stated_on as string) || ', within 5 %'
        end as explanation_en,
        is_simulated
    from series_pairs
),

-- the statistic's own figure of a month, quarter or year
quarters as (
    select measure, period, value, is_simulated
    from {{ ref('int_observations_quarterised') }}
    where complex_id = '_T' and industry_code = '_T' and size_class = '_T' and sex = '_T'
        and obs_status = 'A'
),

own as (
    select measure, period, value, is_simulated from quarters
    union all
    select measure, period, value, is_simulated from totals
    where freq = 'M' and is_latest and obs_status = 'A'
    union all
    select
        q.measure,
        substr(q.period, 1, 4) as period,
        case when max(m.kind) = 'stock' then max(case when q.period like '%Q4' then q.value end)
            else cast(sum(cast(q.value as decimal(28, 8))) as double) end as value,
        bool_or(q.is_simulated) as is_simulated
    from quarters as q
    inner join {{ ref('measures') }} as m on m.measure = q.measure and m.kind in ('flow', 'stock')
    group by q.measure, substr(q.period, 1, 4)
    having count(*) = 4
),

listed as (
    select period, count(*) as complex_count
    from {{ ref('int_complex_quarters_pivoted') }}
    where complex_id <> '_T'
    group by period
),

figures as (
    select
        f.*,
        {{ half_digit('f.published_value') }} * f.unit_factor as half_digit,
        u.unit_code as unit,
        f.source || ', ' || coalesce(f.print, 'stated') as source_text
    from {{ ref('int_figures_harmonised') }} as f
    left join {{ ref('canonical_units') }} as u on u.dimension = f.dimension
    where f.value is not null and f.freq in ('A', 'Q', 'M')
),

-- a vintage of the statistic that says what was printed
seen_before as (
    select distinct f.series, f.period, f.source_text
    from figures as f
    inner join series_measures as s on s.series = f.series
    inner join totals as t on t.measure = s.measure and t.period = f.period
        and abs(t.value - f.value) <= f.half_digit * 1.000001
),

printed as (
    select
        'print_vs_statistic' as reconciliation_kind,
        f.series,
        f.period,
        f.source_text as stated_as_ko,
        f.source_text as stated_as,
        f.value as stated_value,
        '산업동향 계' as compared_as_ko,
        'row 계 of the trend statistic' as compared_as,
        o.value as compared_value,
        0 as suppressed_count,
        case when coalesce(f.months_covered, {{ months_of('f.freq') }}) < {{ months_of('f.freq') }} then 1
            else 0 end as missing_count,
        f.unit,
        f.half_digit * 1.000001 as tolerance,
        case
            when b.series is not null then 'revision'
            when f.is_simulated <> o.is_simulated then 'simulated'
            when f.print in ('first_print', 'preliminary')
                and abs(f.value - o.value) <= {{ largest_revision }} * abs(f.value) then 'revision'
            when f.complexes_covered <> c.complex_count then 'coverage'
            when f.derivation = 'derived' then 'derived'
        end as explanation,
        f.complexes_covered,
        c.complex_count,
        b.series is not null as was_seen,
        cast(null as string) as scope_ko,
        cast(null as string) as scope_en,
        cast(null as string) as other_scope_ko,
        cast(null as string) as other_scope_en,
        f.is_simulated or o.is_simulated as is_simulated
    from figures as f
    inner join series_measures as s on s.series = f.series
    inner join own as o on o.measure = s.measure and o.period = f.period
    left join listed as c on c.period = {{ as_quarter('f.period', 'last') }}
    left join seen_before as b
        on b.series = f.series and b.period = f.period and b.source_text = f.source_text
),

statements as (
    select
        'statement_vs_statement' as reconciliation_kind,
        a.series,
        a.period,
        a.source_text as stated_as_ko,
        a.source_text as stated_as,
        a.value as stated_value,
        b.source_text as compared_as_ko,
        b.source_text as compared_as,
        b.value as compared_value,
        0 as suppressed_count,
        case when coalesce(a.months_covered, 99) <> coalesce(b.months_covered, 99) then 1 else 0 end
            as missing_count,
        a.unit,
        greatest(coalesce(a.half_digit, 0), coalesce(b.half_digit, 0)) * 1.000001
            + 1e-9 * abs(a.value) as tolerance,
        case
            when a.is_simulated <> b.is_simulated then 'simulated'
            when not a.is_interface and not b.is_interface and a.scope_en <> b.scope_en then 'scope'
            when coalesce(a.print, 'stated') <> coalesce(b.print, 'stated')
                and abs(a.value - b.value) <= {{ largest_revision }} * abs(a.value) then 'revision'
            when a.complexes_covered <> b.complexes_covered then 'coverage'
            when a.derivation = 'derived' or b.derivation = 'derived' then 'derived'
        end as explanation,
        a.complexes_covered,
        b.complexes_covered as complex_count,
        false as was_seen,
        a.scope_ko,
        a.scope_en,
        b.scope_ko as other_scope_ko,
        b.scope_en as other_scope_en,
        a.is_simulated or b.is_simulated as is_simulated
    from figures as a
    inner join figures as b on b.series = a.series and b.period = a.period and b.figure_rank > a.figure_rank
    where a.figure_rank = 1
),

found as (
    select
        *,
        {{ is_power_of_ten('stated_value', 'compared_value') }} as is_power_of_ten
    from (select * from printed union all select * from statements) as pairs
)

select
    reconciliation_kind,
    series,
    '_T' as complex_id,
    '_T' as industry_code,
    period,
    stated_as_ko,
    stated_as,
    stated_value,
    compared_as_ko,
    compared_as,
    compared_value,
    2 as part_count,
    suppressed_count,
    missing_count,
    unit,
    tolerance,
    explanation,
    explanation_ko,
    explanation_en,
    is_simulated
from (select * from first_prints union all select * from series_first_prints) as first_and_latest
union all
select
    reconciliation_kind,
    series,
    '_T' as complex_id,
    '_T' as industry_code,
    period,
    stated_as_ko,
    stated_as,
    stated_value,
    compared_as_ko,
    compared_as,
    compared_value,
    2 as part_count,
    suppressed_count,
    missing_count,
    unit,
    tolerance,
    case when is_power_of_ten then 'unit' else explanation end as explanation,
    case
        when is_power_of_ten then '자릿수만 다름: 단위를 잘못 적은 것으로 보임'
        when explanation = 'revision' and was_seen then '산업동향이 전에 이 값을 실었음'
        when explanation = 'revision' then '먼저 나온 값과 뒤에 고친 값'
        when explanation = 'simulated' then '한쪽이 모의자료'
        when explanation = 'scope' then '범위가 다름: ' || scope_ko || ' / ' || other_scope_ko
        when explanation = 'coverage' then '단지 수가 다름: ' || cast(complexes_covered as string) || '개와 '
            || cast(complex_count as string) || '개'
        when explanation = 'derived' then '보도된 증감률로 계산한 값'
    end as explanation_ko,
    case
        when is_power_of_ten then 'the same digits, a power of ten apart: a unit misprinted'
        when explanation = 'revision' and was_seen then 'the trend statistic said so before it was revised'
        when explanation = 'revision' then 'an earlier print and a later one'
        when explanation = 'simulated' then 'one of the two is simulated'
        when explanation = 'scope' then 'they cover different things: ' || scope_en || ' / ' || other_scope_en
        when explanation = 'coverage' then 'another number of complexes: ' || cast(complexes_covered as string)
            || ' and ' || cast(complex_count as string)
        when explanation = 'derived' then 'worked out from a printed rate'
    end as explanation_en,
    is_simulated
from found
