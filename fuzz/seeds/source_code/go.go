package p
const (
	A = iota
	B = 1 << 20 |
		5
)
func (r *T[K]) F(a, b int) (c error) {
	fmt.Println("x" + `y`)
}
