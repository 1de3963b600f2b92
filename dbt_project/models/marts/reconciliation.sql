-- Each comparison judged: `agrees` within the tolerance, else `explained` where the data tell why, else
-- `unexplained`; `not_evaluable` where a part is suppressed or missing. Then no sum is told and no
-- difference: what suppressed cells come to together is nobody's figure.
with pairs as (
    select
        reconciliation_kind, series, complex_id, industry_code, period, stated_as, stated_as_ko, stated_value,
        compared_as, compared_as_ko, compared_value, part_count, suppressed_count, missing_count, unit,
        tolerance, false as is_part, explanation, explanation_ko, explanation_en, is_simulated
    from {{ ref('int_parts_reconciled') }}
    union all
    select
        reconciliation_kind, series, complex_id, industry_code, period, stated_as, stated_as_ko, stated_value,
        compared_as, compared_as_ko, compared_value, part_count, suppressed_count, missing_count, unit,
        tolerance, false as is_part, explanation, explanation_ko, explanation_en, is_simulated
    from {{ ref('int_prints_reconciled') }}
    union all
    select
        reconciliation_kind, series, complex_id, '_T' as industry_code, period, stated_as, stated_as_ko,
        stated_value, compared_as, compared_as_ko, compared_value, part_count, suppressed_count,
        missing_count, unit, tolerance, is_part, explanation, explanation_ko, explanation_en, is_simulated
    from {{ ref('int_sources_reconciled') }}
),

compared as (
    select
        *,
        suppressed_count = 0 and missing_count = 0 and stated_value is not null
            and compared_value is not null as is_evaluable,
        stated_value - compared_value as gap
    from pairs
),

judged as (
    select
        *,
        case
            when not is_evaluable then 'not_evaluable'
            when is_part and gap >= -tolerance then 'agrees'
            when not is_part and abs(gap) <= tolerance then 'agrees'
            when explanation is not null then 'explained'
            else 'unexplained'
        end as result
    from compared
)

select
    reconciliation_kind,
    series,
    complex_id,
    industry_code,
    period,
    stated_as,
    stated_as_ko,
    stated_value,
    compared_as,
    compared_as_ko,
    case when is_evaluable then compared_value end as compared_value,
    unit,
    case when is_evaluable then gap end as difference,
    case when is_evaluable and compared_value <> 0 then gap / abs(compared_value) * 100 end as difference_pct,
    tolerance,
    is_part,
    cast(part_count as integer) as part_count,
    cast(suppressed_count as integer) as suppressed_count,
    cast(missing_count as integer) as missing_count,
    result,
    case when result = 'explained' or (is_part and result = 'agrees') then explanation end as explanation,
    case
        when result = 'not_evaluable' and suppressed_count > 0
            then '판정 불가: ' || cast(cast(suppressed_count as integer) as string) || '개 비공개'
        when result = 'not_evaluable' and missing_count > 0
            then '판정 불가: ' || cast(cast(missing_count as integer) as string) || '개 없음'
        when result = 'not_evaluable' then '판정 불가: 수치 없음'
        when result = 'unexplained' then '설명되지 않은 차이'
        when result = 'explained' or is_part then explanation_ko
    end as note_ko,
    case
        when result = 'not_evaluable' and suppressed_count > 0
            then 'not evaluable: ' || cast(cast(suppressed_count as integer) as string) || ' suppressed'
        when result = 'not_evaluable' and missing_count > 0
            then 'not evaluable: ' || cast(cast(missing_count as integer) as string) || ' missing'
        when result = 'not_evaluable' then 'not evaluable: no figure'
        when result = 'unexplained' then 'a difference that nothing explains'
        when result = 'explained' or is_part then explanation_en
    end as note_en,
    is_simulated
from judged
