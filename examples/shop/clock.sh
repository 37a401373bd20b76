# A customer every $ORDER_EVERY seconds. A clock should never be scaled beyond one: two of them
# would order everything twice.
trap 'echo "Clock stopped"; exit 0' TERM
mkdir -p "$SHOP_DIR/new"
number=0
while :; do
  number=$((number + 1))
  echo "order $number of the clock" >"$SHOP_DIR/clock-$$-$number"
  mv "$SHOP_DIR/clock-$$-$number" "$SHOP_DIR/new/"
  echo "Ordered number $number"
  # In the background, so that the trap is not held up until the sleep is over.
  sleep "${ORDER_EVERY:-3}" &
  wait $!
done
