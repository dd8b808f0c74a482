"""The parts of ``personal_limits``: the form, the filter, the odds, the hyper-parameters and how they are learnt."""
