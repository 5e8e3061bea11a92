package shop

fun main() {
    println(total(3))
}
