// Placeholder until this room is built.
int main() { return 0; }
