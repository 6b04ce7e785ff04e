"""Why something about an application or a dealer is refused."""

from __future__ import annotations

from chassis.errors import DomainError


class AlreadyApplied(DomainError):
    """You have applied for this company already.

    zh: 您已为该企业提交过申请。
    请查看 application_id 对应的申请。

    Go on with the application in `application_id`.
    """


class CreditCodeFixed(DomainError):
    """The credit code of an application stays once it was submitted.

    zh: 申请提交后不能更改统一社会信用代码。
    如代码有误，请重新提交一份申请。

    If it is wrong, apply again with the right one.
    """


class ApplicationMoved(DomainError):
    """The application is not in a status that allows this.

    zh: 申请当前状态不允许此操作。
    请刷新后查看最新状态。

    Read it again to see where it stands.
    """


class SamePersonScreened(DomainError):
    """Who screened an application cannot approve it.

    zh: 初审人不能终审同一份申请。
    请由另一位管理人员审批。

    Ask another administrator to approve it.
    """


class LicenceExpired(DomainError):
    """The business licence has expired.

    zh: 营业执照已过期，不能批准。
    请退回申请，由申请人更新执照。

    Return the application, so that the applicant renews the licence.
    """


class CreditNotEndorsed(DomainError):
    """Finance must agree to so high a credit limit first.

    zh: 该信用额度须先由财务同意。
    请财务人员对申请执行“同意额度”，或降低额度。

    Let finance endorse the credit of the application, or grant less.
    """


class SamePersonEndorsed(DomainError):
    """Who judged an application otherwise cannot agree to its credit, nor the other way round.

    zh: 同意额度的人不能同时是初审人或终审人。
    请由另一位人员处理。

    Let another person do it.
    """


class DealerExited(DomainError):
    """The dealer has left; nothing about him changes any more.

    zh: 该经销商已退出，不能再变更。
    """


class DealerExiting(DomainError):
    """The dealer is leaving.

    zh: 该经销商正在办理退出。
    如需继续合作，请先恢复该经销商。

    Reinstate him first, if he stays.
    """


class SuperiorUnfit(DomainError):
    """A superior has a higher tier and has not left.

    zh: 上级经销商的级别必须更高，且未退出。
    请选择级别更高的经销商。

    Choose a dealer of a higher tier.
    """

    status = 422


class NoPolicy(DomainError):
    """The tier has no policy that terms could be taken from.

    zh: 该级别未设定默认政策，请填写付款条款。
    请填写 terms，或先设定该级别的政策。

    Say the terms, or set a policy for the tier first.
    """

    status = 422


class DealerExists(DomainError):
    """This company is a dealer already.

    zh: 该企业已是经销商。
    """


class NotASalesperson(DomainError):
    """This user is not an active salesperson.

    zh: 该用户不是在职业务员。
    请选择角色为业务员（SAL）的用户。

    Choose a user with the role SAL.
    """

    status = 422


class ChangeHolds(DomainError):
    """The change holds already.

    zh: 该变更已经生效，不能撤回。
    请另设一项新的变更。

    Set another change instead.
    """


class FinanceGrantsCredit(DomainError):
    """Only finance grants so high a credit limit to a dealer of this tier.

    zh: 该级别经销商的此信用额度只能由财务设定。
    请由财务人员变更，或降低额度。

    Let somebody of finance set it, or grant less.
    """
