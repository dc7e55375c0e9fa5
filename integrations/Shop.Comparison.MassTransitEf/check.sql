-- Fails when an order has not ended, or when stock or money are not where the orders say.
-- Order: 1 confirmed, 2 rejected. Payment: 2 captured. Reservation: 0 reserved.
DO $$
DECLARE
  confirmed bigint;
  found bigint;
BEGIN
  SELECT count(*) INTO found FROM "Orders" WHERE "Status" NOT IN (1, 2);
  ASSERT found = 0, format('%s orders have not ended', found);

  SELECT count(*) INTO confirmed FROM "Orders" WHERE "Status" = 1;
  SELECT count(*) INTO found FROM "Orders" o JOIN "Payments" p ON p."OrderId" = o."Id" WHERE o."Status" = 1 AND p."Status" = 2 AND p."AmountMinor" = o."TotalMinor";
  ASSERT found = confirmed, format('%s orders are confirmed, %s of them captured', confirmed, found);
  SELECT count(*) INTO found FROM "Payments" WHERE "Status" = 2;
  ASSERT found = confirmed, format('%s orders are confirmed, %s payments captured', confirmed, found);

  SELECT count(*) INTO found FROM "Reservations" WHERE "Status" = 0;
  ASSERT found = 0, format('%s reservations are left behind', found);
  SELECT count(*) INTO found FROM "Stock" s
  LEFT JOIN (
    SELECT line ->> 'Sku' AS sku, sum((line ->> 'Quantity')::bigint) AS units
    FROM "Orders", jsonb_array_elements("Lines") AS line WHERE "Status" = 1 GROUP BY 1) AS sold ON sold.sku = s."Sku"
  WHERE s."Reserved" <> 0 OR s."Sold" <> coalesce(sold.units, 0);
  ASSERT found = 0, format('%s products have other stock than their orders say', found);
END $$;
