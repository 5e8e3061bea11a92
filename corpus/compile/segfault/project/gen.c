int main(void) {
  volatile int *place = 0;
  return *place;
}
