with dated as (
    select
        *,
        case freq
            when 'A' then 1
            when 'Q' then quarter * 3 - 2
            else month
        end as first_month,
        case freq when 'A' then 12 when 'Q' then 3 else 1 end as months
    from {{ ref('int_periods_listed') }}
),

started as (
    select
        *,
        cast(cast(year as string) || '-' || lpad(cast(first_month as string), 2, '0') || '-01' as date)
            as start_date
    from dated
)

select
    period,
    freq,
    year,
    quarter,
    month,
    start_date,
    cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 'months', 'start_date')) }} as date) as end_date,
    {{ previous_period('period') }} as previous_period,
    {{ year_ago_period('period') }} as year_ago_period,
    cast(year as string) || '년'
        || case freq
            when 'Q' then ' ' || cast(quarter as string) || '분기'
            when 'M' then ' ' || cast(month as string) || '월'
            else ''
        end as label_ko,
    case freq
        when 'Q' then cast(year as string) || ' Q' || cast(quarter as string)
        else period
    end as label_en
from started
