<?php
use PHPUnit\Framework\TestCase;

final class CartTest extends TestCase
{
    public function testAddsShipping(): void
    {
        throw new RuntimeException("no till");
    }
}
