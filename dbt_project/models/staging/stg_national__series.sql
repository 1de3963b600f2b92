-- every figure that an interface answered, every answer; nothing is left out here
select
    cast(dataset as string) as dataset,
    cast(snapshot_id as string) as snapshot_id,
    cast(sha256 as string) as sha256,
    coalesce(cast(sheet as string), '') as sheet,
    cast(cell as string) as cell,
    cast(series as string) as series,
    -- the whole country is KR, however the interface calls it (KOSIS: 00, 전국)
    case
        when coalesce(cast(area as string), '') in ('', '_T', '00', 'KR', '전국') then 'KR'
        else cast(area as string)
    end as area,
    cast(item_code as string) as item_code,
    cast(item_raw as string) as item_raw,
    cast(period as string) as period,
    cast(unit_raw as string) as unit_raw,
    cast(value as double) as landed_value,
    cast(value_raw as string) as value_raw,
    cast(obs_status as string) as obs_status,
    -- the day of the statement: when the publisher changed the figure; else when the answer was
    -- published; else when it was seen first
    coalesce(cast(changed_on as date), cast(published_at as date), cast(loaded_at as date)) as stated_on,
    -- the publisher names the day of the change itself (KOSIS: LST_CHN_DE)
    changed_on is not null as is_change_dated,
    cast(scope_ko as string) as scope_ko,
    cast(scope_en as string) as scope_en,
    cast(source as string) as source,
    cast(loaded_at as timestamp) as loaded_at,
    cast(is_simulated as boolean) as is_simulated
from {{ landed('national_series') }} as series
