import express from "express";

export const app = express();
export const port: string = 3000;
