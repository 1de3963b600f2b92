-- every row of every edition of the factory registry, as landed; nothing is left out here
select
    cast(dataset as string) as dataset,
    cast(snapshot_id as string) as snapshot_id,
    coalesce(cast(sheet as string), '') as sheet,
    cast(cell as string) as cell,
    cast(period as string) as period,
    cast(factory_key as string) as registry_key,
    cast(key_basis as string) as key_basis,
    cast(company_name as string) as company_name,
    cast(complex_raw as string) as complex_raw,
    cast(complex_id as string) as complex_id,
    cast(province_code as string) as province_code,
    cast(sigungu_ko as string) as sigungu_ko,
    cast(address as string) as address,
    cast(ksic_code as string) as ksic_code,
    cast(industry_name as string) as industry_name,
    cast(product as string) as product,
    cast(employee_count as bigint) as employee_count,
    cast(registered_on as date) as registered_on,
    coalesce(cast(published_at as date), cast(loaded_at as date)) as published_at,
    cast(loaded_at as timestamp) as loaded_at,
    cast(is_simulated as boolean) as is_simulated
from {{ landed('factories') }} as factories
