constexpr int16_t part(int16_t len, int16_t off) {
  return len - (off << 8);
}
constexpr int16_t whole(int data, int type) {
  return type == 3 ? 0xFF : part(data, type);
}
constexpr int16_t whole(uint8_t tag) { return whole(tag >> 2, tag & 3); }
auto x = std::array<int16_t, 16>{whole(seq)...};
