using VirtMigration.Inventory;
using VirtMigration.Policies;

namespace VirtMigration.Planning;

/// <summary>What is done when the time that the operator gave is over.</summary>
internal static class TimeoutRule
{
    /// <summary>Throws for an action without a time.</summary>
    public static void Check(PlanContext context)
    {
        if (context.Request.Parameters is { TimeoutAction: TimeoutAction action, Timeout: null })
        {
            throw new VirtMigrationException("TimeoutMissing", $"TimeoutAction {action} is asked for, but no time after which it is due.",
                $"State the time too: -Timeout 10min -TimeoutAction {action}.", context.Request.Vm.Name);
        }
    }

    /// <summary>The deadline; null: no time was given.</summary>
    public static ConvergenceStep? Apply(PlanContext context)
    {
        if (context.Request.Parameters.Timeout is not MigrationTimeout timeout)
        {
            context.Record("Timeout", "none", SettingOrigin.Default, "none", "the policy's own steps decide");
            return null;
        }

        TimeoutAction asked = context.Request.Parameters.TimeoutAction ?? TimeoutAction.Abort;
        TimeoutAction taken = Taken(context);
        string reason = taken != asked ? "the VM is paused, so its memory stands still and neither is of use"
            : taken == TimeoutAction.Abort ? "as asked; the policy may give up earlier"
            : "as asked; it takes the place of the policy's abort";
        context.Record("Timeout", $"{timeout}: {asked}", SettingOrigin.Parameter, $"{timeout}: {taken}", reason);
        return timeout.ToStep(taken);
    }

    /// <summary>Whether the plan switches to post-copy when the time is over.</summary>
    public static bool WantsPostCopy(PlanContext context) => context.Request.Parameters is { Timeout: not null, TimeoutAction: TimeoutAction.PostCopy };

    private static TimeoutAction Taken(PlanContext context) =>
        context.Request.Parameters.TimeoutAction is not TimeoutAction asked
            || (asked is TimeoutAction.PostCopy or TimeoutAction.Pause && context.Request.Vm.State == VmPowerState.Paused)
            ? TimeoutAction.Abort
            : asked;
}
