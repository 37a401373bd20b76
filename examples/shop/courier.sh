# Carries parcels away, and now and then drops one and crashes: see how muster starts it again, at
# once the first time, later and later if it goes on.
trap 'exit 0' TERM
echo "Courier ready"
trips=$(($$ % 4 + 2))
while [ "$trips" -gt 0 ]; do
  sleep 4 &
  wait $!
  find "$SHOP_DIR/packed" -type f -delete 2>/dev/null
  echo "Delivered what was packed"
  trips=$((trips - 1))
done
echo "Dropped a parcel!" >&2
exit 1
