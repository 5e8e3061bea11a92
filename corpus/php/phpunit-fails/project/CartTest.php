<?php
use PHPUnit\Framework\TestCase;

final class CartTest extends TestCase
{
    public function testAddsShipping(): void
    {
        $this->assertSame(20, array_sum([10, 5]));
    }
}
