//! Operators: arithmetic, comparison, logic.

use hcl::edit::expr::{BinaryOp, BinaryOperator, Expression, UnaryOp, UnaryOperator};

use super::error::EvalProblem;
use super::machine::{Locals, Machine, Outcome};
use super::number::Number;
use super::value::{Val, equal, number_of, number_value};
use crate::json::Value;

impl<'e> Machine<'e> {
    pub(super) fn unary(
        &self,
        operation: &'e UnaryOp,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        match operation.operator.value() {
            UnaryOperator::Not => {
                let value = self.boolean(&operation.expr, "the operand of `!`", locals)?;
                Ok(Value::Bool(!value).into())
            }
            UnaryOperator::Neg => {
                let value = self.operand(&operation.expr, "-", locals)?;
                Ok(number_value(&value.negate()).into())
            }
        }
    }

    pub(super) fn binary(
        &self,
        operation: &'e BinaryOp,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let (left, right) = (&operation.lhs_expr, &operation.rhs_expr);
        let operator = *operation.operator.value();
        let result = match operator {
            // The second operand counts only where the first doesn't decide, so that
            // `self.tags != null && self.tags.Role == "x"` can be written.
            BinaryOperator::And => {
                self.boolean(left, "an operand of `&&`", locals)?
                    && self.boolean(right, "an operand of `&&`", locals)?
            }
            BinaryOperator::Or => {
                self.boolean(left, "an operand of `||`", locals)?
                    || self.boolean(right, "an operand of `||`", locals)?
            }
            BinaryOperator::Eq | BinaryOperator::NotEq => {
                let (a, b) = (self.eval(left, locals)?, self.eval(right, locals)?);
                equal(a.get(), b.get()) == (operator == BinaryOperator::Eq)
            }
            BinaryOperator::Less
            | BinaryOperator::LessEq
            | BinaryOperator::Greater
            | BinaryOperator::GreaterEq => {
                let ordering = self
                    .operand(left, operator.as_str(), locals)?
                    .cmp(&self.operand(right, operator.as_str(), locals)?);
                match operator {
                    BinaryOperator::Less => ordering.is_lt(),
                    BinaryOperator::LessEq => ordering.is_le(),
                    BinaryOperator::Greater => ordering.is_gt(),
                    _ => ordering.is_ge(),
                }
            }
            _ => return self.arithmetic(operation, expr, locals),
        };
        Ok(Value::Bool(result).into())
    }

    fn arithmetic(
        &self,
        operation: &'e BinaryOp,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let operator = *operation.operator.value();
        let left = self.operand(&operation.lhs_expr, operator.as_str(), locals)?;
        let right = self.operand(&operation.rhs_expr, operator.as_str(), locals)?;
        let divides = matches!(operator, BinaryOperator::Div | BinaryOperator::Mod);
        if divides && right.is_zero() {
            return Err(self.fail(&operation.rhs_expr, EvalProblem::DivisionByZero));
        }
        let result = match operator {
            BinaryOperator::Plus => left.add(&right),
            BinaryOperator::Minus => left.subtract(&right),
            BinaryOperator::Mul => left.multiply(&right),
            BinaryOperator::Div => left.divide(&right),
            _ => left.remainder(&right),
        };
        let result = result.ok_or_else(|| {
            self.fail(
                expr,
                EvalProblem::TooLarge {
                    what: "a number out of range",
                },
            )
        })?;
        Ok(number_value(&result).into())
    }

    fn operand(
        &self,
        expr: &'e Expression,
        operator: &str,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Number> {
        let value = self.eval(expr, locals)?;
        number_of(value.get()).ok_or_else(|| {
            self.mistyped(
                expr,
                &format!("an operand of `{operator}`"),
                "a number",
                value.get(),
            )
        })
    }
}
